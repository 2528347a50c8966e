//! The verbs that are "one body, one command, one receipt", as one table.
//!
//! A row gives the route, its OpenAPI operation, its place in the registry and its name for the
//! command line. What a verb means, and who may, is in `bifold-domain`.

use crate::body;
use crate::error::Result;
use crate::params::Place;
use crate::route::{Described, Route};
use crate::server::Server;
use crate::write::Write;
use axum::extract::State;
use axum::response::Response;
use bifold_domain::Command;
use bifold_domain::incident::{self, Command as C};

/// One verb of an incident.
#[derive(Debug, Clone, Copy)]
pub struct Verb {
    /// Its last part of the path, such as `major/propose`; the name on the command line too.
    pub word: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    path: &'static str,
    name: &'static str,
    body: Option<Described>,
    parse: fn(&[u8]) -> Result<C>,
}

impl Verb {
    /// Whether it takes a body.
    pub fn takes_body(&self) -> bool {
        self.body.is_some()
    }
}

macro_rules! verbs {
    ($($word:literal $name:ident => $command:ident $(($body:ident))?, $summary:literal;)*) => {
        /// Every verb, in the order of an incident's life.
        pub const VERBS: &[Verb] = &[$(Verb {
            word: $word,
            summary: $summary,
            path: concat!("/api/v1/incidents/{id}/", $word),
            name: concat!("incident_", stringify!($name)),
            body: verbs!(@body $($body)?),
            parse: verbs!(@parse $command $($body)?),
        }),*];
    };
    (@body) => { None };
    (@body $body:ident) => { Some(Described::of::<incident::$body>()) };
    (@parse $command:ident) => { |bytes| body::nothing(bytes).map(|()| C::$command) };
    (@parse $command:ident $body:ident) => {
        |bytes| body::parse::<incident::$body>(bytes).map(C::$command)
    };
}

verbs! {
    "acknowledge" acknowledge => Acknowledge, "Says that somebody has seen it.";
    "assess" assess => Assess(Assess), "Answers whether it is an incident of a kind.";
    "rate" rate => Rate(Rate), "Rates the harm by dimension.";
    "prioritise" prioritise => Prioritise(Prioritise), "Changes impact and urgency.";
    "override-priority" override_priority => OverridePriority(OverridePriority),
        "Sets the handling priority by decision.";
    "classify" classify => Classify(Classify), "Changes category, service or assets.";
    "assign" assign => Assign(Assign), "Assigns it to a team, a person or both.";
    "take" take => Take, "Takes it.";
    "start" start => Start, "Begins work.";
    "hold" hold => Hold(Hold), "Puts it on hold.";
    "resume" resume => Resume, "Goes on with work.";
    "lane" lane => SetLane(SetLane), "Names owner and team of a lane.";
    "notes" note => Note(Note), "Adds a note.";
    "workaround" workaround => SetWorkaround(Remedy), "Records a workaround.";
    "fix" fix => SetFix(Remedy), "Records a fix.";
    "mitigate" mitigate => Mitigate(Mitigate), "Says that the service is usable again.";
    "amend" amend => Amend(Amend), "Changes title or description; the original report stays.";
    "times" times => CorrectTimes(CorrectTimes), "Corrects the stated times.";
    "escalate" escalate => Escalate(Escalate), "Calls for help, whatever the clocks say.";
    "role" role => HandRole(HandRole), "Gives a role on it to a person.";
    "relate" relate => Relate(Relation), "Draws a relation to another incident.";
    "unrelate" unrelate => Unrelate(Relation), "Removes a relation.";
    "parent" parent => SetParent(SetParent), "Names or clears its parent.";
    "merge" merge => Merge(Merge), "Merges it into another incident.";
    "unmerge" unmerge => Unmerge(Because), "Undoes a merge.";
    "snooze" snooze => Snooze(Sleep), "Puts it to sleep until a time.";
    "wake" wake => Wake, "Wakes it before its time.";
    "track" track => Track(Track), "Moves containment, evidence, notification or review.";
    "resolve" resolve => Resolve(Resolve), "Resolves it.";
    "confirm" confirm => Confirm, "Says as the reporter that it is resolved.";
    "close" close => Close(Close), "Closes and seals it, if the closure gate lets it.";
    "reopen" reopen => Reopen(Because), "Says that it is not over.";
    "reject" reject => Reject(Reject), "Says that it is no incident after all.";
    "convert" convert => ConvertToRequest(ConvertToRequest),
        "Says that it is a service request after all.";
    "cancel" cancel => Cancel(Because), "Calls it off.";
    "add" add => Add(Remedy), "Makes a dated addition to a sealed record.";
    "major/propose" major_propose => ProposeMajor(ProposeMajor), "Says that it is a major incident.";
    "major/promote" major_promote => PromoteMajor(PromoteMajor), "Makes it a major incident.";
    "major/decline" major_decline => DeclineMajor(Because), "Declines the proposal.";
    "major/stand-down" major_stand_down => StandDown(Because), "Says that the major incident is over.";
    "restrict" restrict => Restrict(Restrict), "Restricts it to named people and teams.";
    "unrestrict" unrestrict => Unrestrict(Because), "Lifts the restriction.";
    "break-glass" break_glass => BreakGlass(Because),
        "Reads a restricted record in an emergency; raises an alarm.";
    "label" label => Label(Label), "Sets the TLP label.";
    "announce" announce => Announce(Announce),
        "Says something on a status page, or proposes to where a second person has to agree.";
    "announce/approve" announce_approve => ApproveAnnouncement(ApproveAnnouncement),
        "Agrees to what was proposed: it is said.";
    "announce/decline" announce_decline => DeclineAnnouncement(Unsay), "Declines what was proposed.";
    "announce/retract" announce_retract => RetractAnnouncement(Unsay),
        "Takes from a status page what was said.";
    "say" say => Say(Say), "Says something in its room.";
    "say/amend" say_amend => AmendMessage(AmendMessage),
        "Corrects a message; what it said before stays readable.";
    "say/retract" say_retract => RetractMessage(RetractMessage),
        "Takes a message back; it stays in the record, marked.";
    "say/keep" say_keep => KeepMessage(KeepMessage), "Takes a message into the timeline.";
    "decisions" decision_propose => ProposeDecision(ProposeDecision),
        "Proposes that something be done, or decides it at once.";
    "decisions/take" decision_take => TakeDecision(TakeDecision),
        "Decides that what was proposed is done.";
    "decisions/drop" decision_drop => DropDecision(DropDecision),
        "Decides that what was proposed is not done.";
    "situation" situation => ReportSituation(ReportSituation), "Reports how things stand.";
    "arrange" arrange => ArrangeRoom(ArrangeRoom),
        "Says how its people meet, and what it is called outside.";
}

/// The command of a verb from its body; `None` where there is no such verb.
pub(crate) fn command(word: &str, bytes: &[u8]) -> Option<Result<C>> {
    let verb = VERBS.iter().find(|verb| verb.word == word)?;
    Some((verb.parse)(bytes))
}

pub(crate) fn routes() -> Vec<Route> {
    VERBS.iter().map(route).collect()
}

fn route(verb: &'static Verb) -> Route {
    let parse = verb.parse;
    let handler = move |State(server): State<Server>, Place(name): Place<String>, write: Write| {
        act(server, name, write, parse)
    };
    let route = Route::post(verb.path, verb.name, handler)
        .summary(verb.summary)
        .keyed(200);
    match verb.body {
        Some(body) => route.body(body),
        None => route,
    }
}

async fn act(
    server: Server,
    name: String,
    write: Write,
    parse: fn(&[u8]) -> Result<C>,
) -> Result<Response> {
    let command = parse(write.bytes())?;
    let id = super::id_of(&server, &name).await?;
    let command = Command::Incident(id, command);
    write.done(&server, command).await
}
