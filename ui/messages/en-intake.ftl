# Sources of signals, the fault log, and its reviews.

settings-sources = Sources of signals
settings-about-sources = What sends signals, by which rules they become incidents, and what came last
sources-lead = What monitors, sensors and other programs send comes in here: stored first, answered, and read afterwards. Nothing is lost, and nobody is woken twice for the same thing.
sources-none = Nothing is connected yet
sources-none-lead = Connect one below: you get an address, a token, and a line to try it with.
source-connect = Connect a source
source-name = Name
source-format = It sends
source-service = Service, where it names none
source-service-help = A service that it names itself counts more.
source-silence = Silent for too long after (minutes)
source-silence-help = Empty: its silence is no news.
source-mapping = Mapping (only for other JSON)
source-mapping-help = Which field stands where, as JSON with templates. Try it with POST /api/v1/sources/preview.
source-sensitive = It speaks of the safety of information: only who reads sensitive lanes sees what comes of it
source-sensitive-short = sensitive
source-paused = paused
source-silent = silent
source-never = not heard yet
source-heard = heard
source-disconnected = disconnected
source-signals = { $n ->
    [one] { $n } signal
   *[other] { $n } signals
  }
source-deliveries = { $n ->
    [one] { $n } delivery
   *[other] { $n } deliveries
  }
source-unread = { $n ->
    [one] { $n } could not be read
   *[other] { $n } could not be read
  }
source-secret = The secret of this source
source-secret-lead = Give it to the sender as a bearer token, as the password of basic authentication, or in the header X-Bifold-Token.
source-secret-hmac-lead = The sender signs with it: X-Grafana-Alerting-Signature, X-Hub-Signature-256 or X-Bifold-Signature.
source-address = It sends to
source-try = To try it, with a body on standard input:
source-last = Heard last
source-so-far = So far
source-test = Send a test signal
source-token-new = New token
source-hmac-new = New key for signatures
source-withdraw = Withdraw
source-disconnect = Disconnect
secret-token = token
secret-hmac = key for signatures
source-sent = What it sent last
source-sent-none = Nothing yet.
source-sent-hidden = What it sends is for those who read sensitive lanes.
source-read = Read as
source-bytes = Bytes
source-acts = What to do
source-replay = Replay
source-replayed = a replay
source-settings = What becomes of its signals
source-team = Team
source-floor = Least severity
source-floor-help = What is less severe stands in the fault log only.
source-quota = New events a minute
source-quota-help = What comes on top is collected in one.
source-group = Belong together by these labels
source-group-help = Empty: as the sender groups them.
source-rules = Rules, one a line
source-rules-help = The first that fits decides; where none fits, it waits in triage. Compare with is, is_not, contains, starts_with, is_there, at_least. Behind the arrow: triage, log, propose or declare.
source-settles = An event that nobody has decided, and that is over by itself, is put aside
source-pause = Take nothing from it for the time being
done-source = Saved { $about }
done-source-test = A test signal is on its way
done-source-replay = It is read once more
done-source-withdraw = The secret { $about } opens nothing any more
done-source-disconnect = The source is disconnected
done-fault-review = Signed for { $about }

format-alertmanager = Prometheus Alertmanager
format-prometheus = Prometheus, alerts directly
format-grafana = Grafana Alerting
format-pager_duty = PagerDuty Events v2
format-zabbix = Zabbix
format-icinga = Icinga, Nagios, Naemon
format-cloud_events = CloudEvents
format-ocsf = OCSF findings
format-wazuh = Wazuh
format-suricata = Suricata
format-otlp_logs = OpenTelemetry logs
format-syslog = Syslog lines
format-generic = Other JSON, by a mapping

severity-critical = critical
severity-major = major
severity-minor = minor
severity-warning = warning
severity-info = info
signal-state-firing = firing
signal-state-acknowledged = acknowledged there
signal-state-resolved = over
signal-state-info = happened

faults-title = Fault log
faults-lead = Every fault that a source signalled, once however often it was said, with what became of it. Nothing in it is changed by hand.
faults-tabs = What became of them
faults-all = All
faults-of-it = Its faults
faults-none = No faults here
faults-none-lead = What sources signal is listed here.
fault-what = Fault
fault-severity = Severity
fault-state = State
fault-count = Times
fault-first = First heard
fault-became = Became
fault-offset = clock off by { $ms } ms
disposition-waiting = waiting
disposition-event = event
disposition-storm = storm
disposition-maintenance = maintenance
disposition-below_floor = below floor
disposition-by_rule = logged by a rule
disposition-over = over before
fault-reviews = Reviews
fault-reviews-lead = Somebody looks through the log of a period and signs for it. The signature holds a digest of every line, so that a later export shows whether one was changed.
fault-unreviewed = Not reviewed since
fault-from = From (first day)
fault-until = Until (the day after)
fault-remarks = What was noticed
fault-sign = Sign this period
fault-period = Period
fault-faults = Faults
fault-signals = Signals
fault-signed = Signed by
fault-digest = Digest

event-faults = { $n ->
    [one] { $n } fault
   *[other] { $n } faults
  }
event-signals = { $n ->
    [one] signalled once
   *[other] signalled { $n } times
  }
event-cleared = over by itself
event-proposal = A rule proposes an incident
event-faults-title = Its faults

mail-empty = (The message has no words.)
mail-receipt = Thank you, your message came in. It has the number { $number }.

    Answer this mail if you want to add something: it will be found by the address it goes to. Do not
    send passwords.

    This was sent by a machine. A person looks at your message.

format-mail = E-mail (a mailbox)
source-mailbox = A mailbox
mailbox-address = Address of the mailbox
mailbox-checked = Your mail host's name
mailbox-checked-help = As it stands in Authentication-Results. Only what this host found about a sender is believed.
mailbox-answers = Tell people that their message came in, and its number
mails = Messages
mail-what = Message
mail-became = What came of it
mail-no-subject = Without a subject
mail-event = New event
mail-added = Added
mail-bounce = Not delivered
mail-again = Came before
mail-parked = Parked
mail-whole = Whole message
mail-take = Take it in
letter-to = To { $who }
letter-sent = sent
letter-waits = waits
letter-dead = given up
event-added = Said afterwards

# The telephone.
nav-call = Take a call
call-title = Take a call
call-lead = In the order of the talk. Afterwards the page is ready for the next caller.
call-who = Who calls?
call-who-help = Type a name; nobody of that name here is fine.
call-number = Number to call back
call-what = What happened?
call-since = Since when?
call-affected = How many people?
call-safety = Could data or accounts be affected, or did you see something odd?
call-safety-yes = Yes
call-safety-no = No
call-safety-unknown = Not known
call-same = Is it one of these?
call-same-no = No, something else
call-more = Another incident, a call of before, somebody at the desk
call-incident = Number of the incident
call-told = When was it told?
call-told-help = Where it was before now. It stands apart from when it was entered.
call-log = Log, next caller
call-decide = Log and decide what it is
done-call = { $about } is logged
event-told-at = Told
event-entered-by = Entered by
event-affected = People, as told
