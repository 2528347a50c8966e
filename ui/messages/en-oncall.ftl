# On-call: who answers at which hour, and whom escalation calls.

nav-on-call = On-call
on-call-none = There is no schedule yet.
on-call-none-plan = Make one: name people, how long each turn is, and when it is handed off.
on-call-new = New schedule
on-call-first-layer = First line
on-call-nobody = Nobody
on-call-until = until
on-call-then = then
on-call-gaps = { $n ->
    [one] { $n } gap in two weeks
   *[other] { $n } gaps in two weeks
  }
on-call-changes = Changes
on-call-result = On call
on-call-override = Override
on-call-swapped = Swapped
on-call-list = All shifts of these two weeks
on-call-plan = Plan
on-call-why = Why (optional)
on-call-from = From (UTC)
on-call-to = Until (UTC)
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
day-of-week-1 = Monday
day-of-week-2 = Tuesday
day-of-week-3 = Wednesday
day-of-week-4 = Thursday
day-of-week-5 = Friday
day-of-week-6 = Saturday
day-of-week-7 = Sunday

my-shifts = My shifts
swap-with = Who is to take it
swap-takes = In return
swap-nothing = Nothing
swap-in-return = In return:
swap-ask = Ask for the swap
swap-too-late = It has begun, or there is nobody else in this schedule.
swap-asked-of = You asked { $who } to take a shift
swap-asked-by = { $who } asks you to take a shift
swap-accept = Accept
swap-decline = Decline
swap-withdraw = Take back
done-swap = Asked. It holds when they accept.
done-swap-accept = Swapped.
done-swap-decline = Declined.
done-swap-withdraw = Taken back.

override-set = Put somebody on call…
override-who = Who
override-withdraw = Take back
done-override = Set.
done-override-withdraw = Taken back. What has passed of it stays.
calendar-in = Take overrides from a calendar…
calendar-in-lead = Each event sets an override: its attendee, or a name or address as its title, says who. All of them are set, or none.
calendar-text = Text of the .ics file
calendar-out = Calendar
done-calendar = Overrides set from the calendar.

hand-over = Hand over
hand-over-to = To
hand-over-notes = What they have to know
hand-over-incidents = Open incidents
hand-over-to-you = { $who } hands a shift over to you
hand-over-accept = I have it
hand-over-taken = taken
hand-over-waits = not taken yet
done-hand-over = Handed over. It is theirs when they say so.
done-hand-over-accept = It is yours now.

plan-lead = The first layer that has somebody on call decides. A change holds from now on; who was on call before stays in the record.
plan-name = Name
plan-team = Team
plan-layer = Layer { $n }
plan-layer-name = Name of the layer
plan-zone = Time zone
plan-starts = First turn begins, on the wall
plan-turn = Length of a turn
plan-unit = Unit
unit-hours = hours
unit-days = days
unit-weeks = weeks
plan-people = Who, in this order
plan-people-help = A name or address a line. After the last the first is on again.
plan-only = Only at these times
done-schedule = { $about }: saved.
schedule-retire = Take out of use
schedule-retire-lead = Nobody is on call in it from now on. What was stays in the record.
done-schedule-retire = Out of use.

chains = Escalation
chains-lead = Whom to call, one after the other, until somebody answers.
chains-none = There is no escalation chain yet.
chain = Chain
chain-new = New chain
chain-who = Who would be called?
chain-at = If something happened at (UTC)
chain-try = Show
chain-would = { $name }, if nobody answered
chain-at-once = at once
chain-after = after { $span }
chain-nobody = Nobody:
chain-ends = Then everybody has been called:
chain-change = Change
chain-stands = An acknowledgement stands.
chain-silence = { $n ->
    [one] Acknowledged and nothing heard for { $n } minute: it starts again.
   *[other] Acknowledged and nothing heard for { $n } minutes: it starts again.
  }
chain-form-lead = An empty row is left out. A number is minutes to wait, or how often to repeat. Round robin and hours are set by the API, and kept here.
chain-name = Name
chain-silence-label = Start again after minutes without a sign of work
chain-step = Step { $n }
chain-number = Number of step { $n }
chain-retire = Take out of use
done-chain = { $about }: saved.
done-chain-retire = Out of use.
step-none = –
step-kind-wait = Wait minutes
step-kind-repeat = Repeat from the top, times
step-kind-schedule = Who is on call
step-kind-team = A team
step-kind-person = A person
step-wait = { $n ->
    [one] Wait { $n } minute
   *[other] Wait { $n } minutes
  }
step-repeat = { $n ->
    [one] Repeat from the top once
   *[other] Repeat from the top { $n } times
  }
step-person = Call { $who }
step-team = Call the team { $who }
step-schedule = Call who is on call: { $who }
step-round = Call in turn: { $who }
step-only-wait = Wait for working hours ({ $zone })
step-only-skip = Outside of working hours leave the next step out ({ $zone })
nobody-is-gap = nobody is on call
nobody-is-barred = they may not sign in
nobody-is-empty_team = the team has no members
nobody-is-out_of_use = the schedule is out of use
nobody-is-missing = there is no such person, team or schedule
