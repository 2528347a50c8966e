//! What looked like an incident and was none: decided, with who said so and why.

use super::{BASE, Comes, Is, SMALL, Scenario, TEAM, USUAL};

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        titles: &[
            "{dept} would like a second screen",
            "Second screen for {room}",
        ],
        story: "It would make the work so much easier.",
        service: "print",
        size: SMALL,
        is: Is::Neither,
        service_because: "Nothing is broken; something is wished for.",
        told: "We passed it on as a request: {ticket}. Delivery takes about two weeks.",
        code: "request",
        end: "A request, now {ticket}.",
        ..BASE
    },
    Scenario {
        titles: &["Access to the shared folder of {dept} needed"],
        story: "I changed departments last week and need the folder.",
        service: "files",
        size: SMALL,
        is: Is::Neither,
        service_because: "The service works; a right is asked for.",
        told: "Your head of department has to agree; we have asked. Reference {ticket}.",
        code: "request",
        end: "A request for access, now {ticket}.",
        ..BASE
    },
    Scenario {
        titles: &["Siren test heard as fire alarm in {site}"],
        story: "People left the building at {clock}. Some took their laptops.",
        service: "telephony",
        category: "other",
        size: TEAM,
        comes: Comes::Call,
        is: Is::Neither,
        service_because: "The yearly test, announced on the notice board.",
        told: "It was the yearly test. Thank you for leaving in good order.",
        code: "test",
        end: "The yearly siren test.",
        ..BASE
    },
    Scenario {
        titles: &[
            "'Your password expires' e-mail, is that real?",
            "{dept} asks whether an e-mail is genuine",
        ],
        story: "It looks strange, so I did not click. It says I have three days.",
        service: "mail",
        category: "phishing",
        size: SMALL,
        is: Is::Neither,
        security_because: "It is our own reminder, from our own server, with a valid signature.",
        told: "This one is from us. You did the right thing by asking.",
        code: "benign",
        end: "Genuine reminder. Its wording is being improved: it does look like phishing.",
        ..BASE
    },
    Scenario {
        titles: &["{n} failed sign-ins of one account in {dept}"],
        story: "The rule for many failures fired at {clock}.",
        service: "identity",
        asset: "dc-01",
        category: "access",
        size: USUAL,
        comes: Comes::Signal("siem", "ManyFailedSignIns"),
        is: Is::Neither,
        security_because: "The owner confirms on the telephone: new password, old one in the tablet.",
        code: "false_positive",
        end: "A tablet with an old password. The owner was called back on the known number.",
        ..BASE
    },
    Scenario {
        titles: &["Host {pc} scans the network", "Port scan seen from {pc}"],
        story: "Sensor north saw {many} connection attempts in two minutes.",
        service: "network",
        asset: "firewall-north",
        category: "intrusion",
        size: TEAM,
        comes: Comes::Signal("siem", "PortScan"),
        is: Is::Neither,
        security_because: "The inventory scanner of the network team, in its announced window.",
        code: "benign",
        end: "Our own inventory scan; the machine is now on the sensor's list.",
        ..BASE
    },
    Scenario {
        titles: &["Antivirus quarantined a tool of {dept}"],
        story: "A file called merge-letters was taken away at {clock}.",
        service: "files",
        asset: "files-02",
        category: "malware",
        size: USUAL,
        comes: Comes::Signal("edr", "SuspiciousScript"),
        is: Is::Neither,
        security_because: "The script was read line by line: it merges letters and nothing else.",
        told: "Your script is harmless and back. Next time send it to us first.",
        code: "false_positive",
        end: "Harmless script of a clever colleague; signed and allowed.",
        ..BASE
    },
    Scenario {
        titles: &[
            "Portal reported down by a patient",
            "A patient of {clinic} cannot open the portal",
        ],
        story: "He says nothing works since {clock}. Everything else shows green.",
        service: "portal",
        size: USUAL,
        comes: Comes::Call,
        is: Is::Neither,
        service_because: "Measured from three networks: the portal answers in half a second.",
        told: "The patient's home router was the cause; after a restart it works.",
        code: "out_of_scope",
        end: "The patient's own connection.",
        ..BASE
    },
    Scenario {
        titles: &["USB stick found in front of {room}"],
        story: "A grey stick without a name. I have not put it anywhere.",
        service: "files",
        category: "physical",
        size: USUAL,
        comes: Comes::Call,
        is: Is::Neither,
        security_because: "Read in the isolated station: slides of a talk, of the colleague who had lost it.",
        told: "Thank you for not trying it out. It has its owner back.",
        code: "benign",
        end: "Returned to its owner with a word about encryption.",
        ..BASE
    },
    Scenario {
        titles: &["Phone of {dept} rings and nobody is there"],
        story: "It happens now and then. I cannot say when.",
        service: "telephony",
        category: "other",
        size: SMALL,
        is: Is::Neither,
        service_because: "No call stands in the log for the times that were guessed.",
        told: "Write down the time when it happens again, and we look at that call.",
        code: "insufficient_information",
        end: "Nothing to go on; will be opened again with a time.",
        ..BASE
    },
];
