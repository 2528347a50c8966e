//! What goes wrong in the applications that nurses, doctors and the laboratory work with.

use super::{BASE, Comes, GRAVE, PRESSING, SITE, Scenario, TEAM, USUAL};

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        titles: &[
            "Patient record: {ward} cannot open charts",
            "{ward}: charts stay blank after sign-in",
        ],
        story: "Since {clock} charts open as an empty page in {ward}. Other wards seem fine. \
                {n} patients are due for rounds.",
        service: "ehr",
        asset: "ehr-app-02",
        team: "clinical",
        size: SITE,
        service_because: "A whole ward cannot read its charts.",
        work: &[
            "Only sessions on ehr-app-02 are affected; ehr-app-01 answers normally.",
            "The template cache of {ward} holds a broken page from last night's form update.",
        ],
        workaround: "Sign out and in again with the address of the second application server; \
                     paper rounds lists are printed at the desk.",
        told: "We have found it: please sign out and in again. A permanent fix follows today.",
        code: "restarted",
        cause: "change",
        end: "Template cache emptied, ehr-app-02 restarted, the form update redone.",
        ..BASE
    },
    Scenario {
        titles: &[
            "Laboratory results for {ward} arrive {mins} minutes late",
            "Results missing in the record: {ward}",
        ],
        story: "Blood gas results show in the laboratory but not in the record of {ward}.",
        service: "lab",
        asset: "lab-interface-01",
        team: "clinical",
        size: PRESSING,
        comes: Comes::Signal("alertmanager", "InterfaceQueueGrowing"),
        work: &[
            "The interface queue has {many} messages and grows.",
            "One malformed message from analyser 4 holds up all those behind it.",
        ],
        workaround: "The laboratory telephones critical values; {ward} writes them down with two signatures.",
        told: "Results are delayed, not lost. The laboratory calls with anything critical.",
        end: "The malformed message was set aside, the queue drained, the parser made tolerant of it.",
        ..BASE
    },
    Scenario {
        titles: &["Imaging: pictures of {ward} take minutes to load"],
        story: "Radiologists wait {mins} minutes for a study. The viewer shows a grey tile.",
        service: "pacs",
        asset: "pacs-archive-01",
        team: "clinical",
        category: "capacity",
        size: TEAM,
        work: &[
            "The fast tier of the archive is 97 % full; studies are read from tape.",
            "Moving studies older than two years frees about 4 TB.",
        ],
        workaround: "Ask for urgent studies by telephone; they are put in front.",
        told: "The archive is short of fast storage. Urgent studies: please call {ext}.",
        code: "configured",
        cause: "capacity",
        end: "Old studies moved to the slow tier; the threshold for the alarm lowered to 85 %.",
        ..BASE
    },
    Scenario {
        titles: &[
            "Medication robot stops for {ward}",
            "Automated store does not hand out for {ward}",
        ],
        story: "The robot says 'position unknown' and blinks. {n} prescriptions wait.",
        service: "pharmacy",
        asset: "pharmacy-robot-1",
        team: "clinical",
        category: "hardware",
        size: PRESSING,
        comes: Comes::Call,
        work: &[
            "The gripper lost its zero position after a jammed box.",
            "{vendor} confirms by telephone: calibrate, then run one empty cycle.",
        ],
        workaround: "Pharmacy staff fetch by hand from the emergency cabinet, list beside it.",
        told: "We are with {vendor} on the line; please use the emergency cabinet.",
        code: "supplier-fixed",
        cause: "hardware-failure",
        end: "Jammed box removed, gripper calibrated, an empty cycle and ten orders ran clean.",
        ..BASE
    },
    Scenario {
        titles: &[
            "Prescriptions of {ward} are shown twice",
            "{ward}: every prescription appears two times",
        ],
        story: "Each order stands in the list two times. A nurse noticed before anything was given.",
        service: "pharmacy",
        asset: "pharmacy-app-01",
        team: "clinical",
        size: PRESSING,
        service_because: "The list is wrong and could lead to double doses: worse than agreed.",
        work: &[
            "The list joins a table that got a second row for wards with two cost centres.",
            "Checked with the pharmacist: nothing was dispensed twice.",
        ],
        workaround: "Check against the printed list of the pharmacy before giving anything.",
        told: "The doubling is on the screen only. Please check with the printed list until tonight.",
        code: "fixed",
        cause: "defect",
        end: "The second row is no longer joined; three wards confirmed correct lists.",
        ..BASE
    },
    Scenario {
        titles: &[
            "CT scanner does not send studies to the archive",
            "Imaging: studies of {ward} stay in the scanner",
        ],
        story: "{n} studies are still on the console. The radiologist on duty cannot report.",
        service: "pacs",
        asset: "ct-scanner-2",
        team: "clinical",
        category: "network",
        size: TEAM,
        comes: Comes::Call,
        work: &[
            "The archive refuses the scanner's name since the certificate was renewed.",
            "The scanner trusts the old authority only; {vendor} has to load the new one.",
        ],
        workaround: "Studies are carried over by the service laptop twice an hour.",
        told: "Studies are carried by hand until {vendor} has been here this afternoon.",
        code: "supplier-fixed",
        cause: "change",
        end: "New authority loaded into the scanner by {vendor}; all waiting studies sent.",
        ..BASE
    },
    Scenario {
        titles: &["{ward}: wristband scanner reads the wrong field"],
        story: "The scanner writes the case number where the patient number belongs.",
        service: "ehr",
        asset: "laptop-ward-112",
        team: "clinical",
        size: TEAM,
        work: &["The form was updated last night and the fields changed their order."],
        workaround: "Type the patient number by hand and read it aloud.",
        told: "Please type the number by hand today; the form is being put right.",
        code: "rolled-back",
        cause: "change",
        end: "The form's previous version is back; the change goes through review first.",
        ..BASE
    },
    Scenario {
        titles: &[
            "Allergy warnings are not shown in {ward}",
            "{ward}: no allergy banner in the record",
        ],
        story: "A physician missed the red banner for a known allergy. No harm was done.",
        service: "ehr",
        asset: "ehr-app-01",
        team: "clinical",
        size: GRAVE,
        service_because: "A safety function of the record does not work.",
        security_because: "A display rule was changed by us, with a change number. Nobody else was at it.",
        work: &[
            "The rule that shows the banner compares with an upper-case code since the update.",
            "Fourteen patients in the house have the new spelling; the wards were called.",
        ],
        workaround: "Wards check allergies in the paper folder before every new prescription.",
        told: "Please check the paper folder before each new prescription. We call every ward.",
        cause: "change",
        end: "The comparison ignores case again; all fourteen patients show the banner.",
        ..BASE
    },
    Scenario {
        titles: &["Orders from {ward} do not reach the laboratory"],
        story: "Samples arrive without an order. The laboratory calls for each of them.",
        service: "lab",
        asset: "lab-db-01",
        team: "clinical",
        category: "database",
        size: PRESSING,
        comes: Comes::Signal("alertmanager", "OrderRateZero"),
        work: &[
            "The order table's sequence ran against its limit at {clock}.",
            "Raised the limit on the spare first; orders flow there.",
        ],
        workaround: "Paper order forms from the emergency folder, orange copy with the sample.",
        told: "Please use the orange paper forms until we call off.",
        code: "configured",
        cause: "capacity",
        end: "Sequence widened on both databases; {n} paper orders entered afterwards.",
        ..BASE
    },
    Scenario {
        titles: &["Discharge letters of {ward} print without a signature line"],
        story: "Letters leave without the line for the signature. They come back from the family doctors.",
        service: "ehr",
        team: "clinical",
        size: USUAL,
        work: &["The letter template refers to a field that was renamed."],
        workaround: "Write the line by hand.",
        told: "The template is corrected by tomorrow; a handwritten line is accepted meanwhile.",
        end: "Template corrected and the letters of {n} patients printed again.",
        ..BASE
    },
    Scenario {
        titles: &[
            "Theatre planning: rooms double-booked for {ward}",
            "{ward}: two operations planned for one room",
        ],
        story: "Two operations stand at the same time in {room}. The plan was right yesterday.",
        service: "ehr",
        asset: "ehr-db-02",
        team: "clinical",
        category: "database",
        size: PRESSING,
        comes: Comes::Call,
        work: &[
            "The replica that the plan reads from was {mins} minutes behind.",
            "Planning now reads from the first database; the replica catches up.",
        ],
        workaround: "The planning office keeps the day's plan on the whiteboard.",
        told: "The plan on the whiteboard holds until the list is right again.",
        code: "configured",
        cause: "capacity",
        end: "The plan reads from the first database; an alarm watches how far the replica is behind.",
        ..BASE
    },
];
