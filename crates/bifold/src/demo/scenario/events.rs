//! Events that never became incidents: weaknesses, false alarms, and questions to the desk.

use bifold_domain::event::{Dismissal, Sort};

/// Something reported or signalled, and what was decided about it.
pub(crate) struct Report {
    /// Who delivers it: staff, or the machine that signals.
    pub(crate) from: From,
    pub(crate) sort: Sort,
    pub(crate) title: &'static str,
    pub(crate) story: &'static str,
    pub(crate) service: &'static str,
    /// On which ground it was dismissed; none for a weakness.
    pub(crate) ground: Option<Dismissal>,
    pub(crate) reason: &'static str,
}

/// Whence it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// Somebody on the wards or in the offices.
    Staff,
    /// A machine.
    Machine(&'static str),
}

const fn weakness(
    title: &'static str,
    story: &'static str,
    service: &'static str,
    reason: &'static str,
) -> Report {
    Report {
        from: From::Staff,
        sort: Sort::Weakness,
        title,
        story,
        service,
        ground: None,
        reason,
    }
}

const fn dismissed(
    from: From,
    sort: Sort,
    (title, story): (&'static str, &'static str),
    service: &'static str,
    ground: Dismissal,
    reason: &'static str,
) -> Report {
    Report {
        from,
        sort,
        title,
        story,
        service,
        ground: Some(ground),
        reason,
    }
}

/// All of them.
#[rustfmt::skip]
pub(crate) const ALL: &[Report] = &[
    weakness("Door to {room} does not close by itself", "It stands open a hand's breadth every evening.", "network",
        "Anybody could walk in; nobody has. Building services adjust the closer."),
    weakness("Default password on a new infusion pump in {ward}", "The sticker says 1234 and it works.", "ehr",
        "Not used by anybody so far; the fleet gets its own codes this month."),
    weakness("Visitor Wi-Fi reaches a printer of {dept}", "I could print from my telephone, as a visitor.", "print",
        "A gap between two networks; closed with the next change."),
    weakness("Badge of a former colleague still opens {site}", "He showed it to me for fun.", "network",
        "Leavers are removed at night, but not from the older readers."),
    weakness("Portal accepts very short passwords", "I set one with six letters.", "portal",
        "Rule differs between the sign-up and the change page; in the backlog with a date."),
    weakness("Old fax line of {dept} prints into an open corridor", "Referrals lie there over the weekend.", "print",
        "The line moves to the letter gateway before the end of the month."),
    weakness("Test copy of the record holds real names", "I found my own mother in the training system.", "ehr",
        "Masking skipped one table; the copy is made anew and checked by two people."),
    weakness("Scripts with passwords in the share of {dept}", "There is a file called passwords-new-2.", "files",
        "Nobody outside the team could read it; secrets move into the vault."),
    dismissed(From::Machine("alertmanager"), Sort::Unsure, ("CpuHigh: backup host of {dept}", "Above 95 % for {mins} minutes."),
        "files", Dismissal::Benign, "The weekly backup; expected and short."),
    dismissed(From::Machine("alertmanager"), Sort::Unsure, ("ProbeFailed: {site}", "One probe of three failed."),
        "network", Dismissal::FalsePositive, "One lost packet; all probes after it are fine."),
    dismissed(From::Machine("siem"), Sort::Unsure, ("RareProcess: {pc}", "A program nobody ran before."),
        "ehr", Dismissal::Benign, "The new dictation software, rolled out today."),
    dismissed(From::Machine("edr"), Sort::Unsure, ("SuspiciousMacro: {pc}", "A macro opened a second document."),
        "files", Dismissal::FalsePositive, "The duty roster of {dept}; signed and known."),
    dismissed(From::Machine("siem"), Sort::Unsure, ("SignInFromNewPlace: {dept}", "First sign-in from this town."),
        "identity", Dismissal::Benign, "A congress; the colleague confirmed by telephone."),
    dismissed(From::Machine("alertmanager"), Sort::Unsure, ("TemperatureHigh: rack in {site}", "27 degrees, limit 26."),
        "network", Dismissal::Benign, "Cleaning with the door open; 22 degrees again."),
    dismissed(From::Machine("siem"), Sort::Unsure, ("BigUpload: {dept}", "{many} MB to one address."),
        "network", Dismissal::Benign, "Pictures to {vendor}, under contract, over the agreed line."),
    dismissed(From::Machine("alertmanager"), Sort::Unsure, ("JobLate: letters of {ward}", "Not done by {clock}."),
        "ehr", Dismissal::FalsePositive, "Done two minutes later; the limit was too tight and is wider now."),
    dismissed(From::Staff, Sort::Unsure, ("Strange e-mail with a lottery prize in {dept}", "I won 900 000 euros and did not click."),
        "mail", Dismissal::Benign, "Ordinary junk, caught a moment later. Thank you for asking."),
    dismissed(From::Staff, Sort::Unsure, ("How do I share a folder with {dept}?", "Is there a manual?"),
        "files", Dismissal::Request, "A question; answered with a link to the page with pictures."),
    dismissed(From::Staff, Sort::Suspicion, ("Man with a ladder in {site}", "He said he is here for the lamps."),
        "network", Dismissal::Benign, "He was, and on the list at the gate."),
    dismissed(From::Staff, Sort::Fault, ("Screen saver shows somebody else's holiday in {room}", "Lovely beach, though."),
        "print", Dismissal::OutOfScope, "A private picture on a private stick."),
    dismissed(From::Staff, Sort::Suspicion, ("Telephone call asking for my password ({dept})", "A friendly voice 'from IT'. I hung up."),
        "identity", Dismissal::Test, "The exercise of this quarter. You passed it."),
    dismissed(From::Staff, Sort::NearMiss, ("Almost sent a list of {ward} to everybody", "I stopped in time; the button is next to reply."),
        "mail", Dismissal::PolicyViolation, "Nothing was sent. Large lists now ask twice; that came out of this report."),
    dismissed(From::Staff, Sort::Fault, ("The lift in {site} is slow", "I stood there for {mins} minutes."),
        "telephony", Dismissal::OutOfScope, "Passed on to building services."),
    dismissed(From::Staff, Sort::Unsure, ("Something is odd with {pc}", "It just feels different."),
        "ehr", Dismissal::InsufficientInformation, "Checked what can be checked; please call when it shows again."),
];
