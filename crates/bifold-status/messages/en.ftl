# The words of the status page. de.ftl has the same keys in the same order.
skip = Skip to content
home = Status
banner-operational = All services work.
banner-under_maintenance = Maintenance is going on.
banner-degraded_performance = Some services work worse than usual.
banner-partial_outage = Some services work only in part.
banner-major_outage = Some services do not work.
as-of = As of
state-operational = operational
state-under_maintenance = under maintenance
state-degraded_performance = degraded performance
state-partial_outage = partial outage
state-major_outage = major outage
impact-none = no impact
impact-minor = minor impact
impact-major = major impact
impact-critical = critical impact
stage-investigating = Investigating
stage-identified = Identified
stage-monitoring = Monitoring
stage-resolved = Resolved
stage-update = Update
work-planned = Planned
work-in_progress = In progress
work-completed = Completed
work-cancelled = Cancelled
components = Components
components-more = Availability in numbers
component = Component
bars-label = { $component }, last { $days } days
bars-good = operational throughout
bars-unknown = { $n ->
    [one] nothing known of 1 day
   *[other] nothing known of { $n } days
  }
bars-more = { $n ->
    [one] and 1 more day
   *[other] and { $n } more days
  }
bars-from = { $n } days ago
bars-until = today
bars-share = { $percent } available
bars-legend = Each bar is a day: the taller, the worse.
no-data = no data
share-days = { $n ->
    [one] 1 day
   *[other] { $n } days
  }
counted = Counted as not available: { $states }. Announced maintenance and the time before a component was known are left out. Days are those of { $zone }.
known-since = Known since
current = Current incidents
next-update-by = Next update by
affected = Affected
affected-more = { $n ->
    [one] and 1 more
   *[other] and { $n } more
  }
began = Began
lasted = Lasted
maintenance-now = Maintenance going on
maintenance-coming = Coming maintenance
maintenance-when = Planned
maintenance-ran = Happened
recent = Last 15 days
recent-quiet = No incidents.
recent-open = An incident goes on, see above.
recent-went-on = An incident that began before was not over yet.
to = to
incident = Incident
maintenance = Maintenance
updates = Updates
changes = Changes
note-after = What we learned from it
nothing-said = Nothing has been said about it yet.
history = History
history-of = History of { $month }
history-quiet = No incidents and no maintenance in this month.
history-incidents = Incidents
history-maintenance = Maintenance
earlier = Earlier: { $month }
later = Later: { $month }
nav-label = Status page
back = Back to the current status
follow = Follow
follow-mail = By e-mail
follow-feed = Feed (Atom)
follow-calendar = Calendar of maintenance (iCalendar)
follow-json = Data (JSON)
contact = Help
feed-title = { $name }: incidents and maintenance
calendar-title = { $name }: maintenance
badge-label = status
span-moment = less than a minute
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n } d
percent = { $n } %
decimal-mark = .
moment = { $day }, { $time }
date = { $day } { $month } { $year }
day-of-week = { $weekday }, { $day }
days-of-week = { $from } to { $until }
month-of-year = { $month } { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
moved = The time was changed: { $from } – { $until }.
