# Rufbereitschaft: wer zu welcher Stunde antwortet und wen die Eskalation ruft.

nav-on-call = Bereitschaft
on-call-none = Es gibt noch keinen Plan.
on-call-none-plan = Legen Sie einen an: wer, wie lange je Dienst, und wann übergeben wird.
on-call-new = Neuer Plan
on-call-first-layer = Erste Reihe
on-call-nobody = Niemand
on-call-until = bis
on-call-then = dann
on-call-gaps = { $n ->
    [one] { $n } Lücke in zwei Wochen
   *[other] { $n } Lücken in zwei Wochen
  }
on-call-changes = Änderungen
on-call-result = Im Dienst
on-call-override = Vertretung
on-call-swapped = Getauscht
on-call-list = Alle Dienste dieser zwei Wochen
on-call-plan = Plan
on-call-why = Warum (freiwillig)
on-call-from = Von (UTC)
on-call-to = Bis (UTC)
weekday-1 = Mo
weekday-2 = Di
weekday-3 = Mi
weekday-4 = Do
weekday-5 = Fr
weekday-6 = Sa
weekday-7 = So
day-of-week-1 = Montag
day-of-week-2 = Dienstag
day-of-week-3 = Mittwoch
day-of-week-4 = Donnerstag
day-of-week-5 = Freitag
day-of-week-6 = Samstag
day-of-week-7 = Sonntag

my-shifts = Meine Dienste
swap-with = Wer ihn übernehmen soll
swap-takes = Im Gegenzug
swap-nothing = Nichts
swap-in-return = Im Gegenzug:
swap-ask = Um Tausch bitten
swap-too-late = Er hat begonnen, oder es gibt sonst niemanden in diesem Plan.
swap-asked-of = Sie haben { $who } gebeten, einen Dienst zu übernehmen
swap-asked-by = { $who } bittet Sie, einen Dienst zu übernehmen
swap-accept = Annehmen
swap-decline = Ablehnen
swap-withdraw = Zurücknehmen
done-swap = Gefragt. Es gilt, sobald angenommen wird.
done-swap-accept = Getauscht.
done-swap-decline = Abgelehnt.
done-swap-withdraw = Zurückgenommen.

override-set = Vertretung einsetzen…
override-who = Wer
override-withdraw = Zurücknehmen
done-override = Eingesetzt.
done-override-withdraw = Zurückgenommen. Was davon vergangen ist, bleibt.
calendar-in = Vertretungen aus einem Kalender…
calendar-in-lead = Jeder Termin setzt eine Vertretung ein: wer, sagt der Teilnehmer oder ein Name oder eine Adresse als Titel. Alle werden eingesetzt oder keine.
calendar-text = Text der .ics-Datei
calendar-out = Kalender
done-calendar = Vertretungen aus dem Kalender eingesetzt.

hand-over = Übergeben
hand-over-to = An
hand-over-notes = Was zu wissen ist
hand-over-incidents = Offene Vorgänge
hand-over-to-you = { $who } übergibt Ihnen einen Dienst
hand-over-accept = Ich habe ihn
hand-over-taken = übernommen
hand-over-waits = noch nicht übernommen
done-hand-over = Übergeben. Der Dienst wechselt, sobald er übernommen ist.
done-hand-over-accept = Der Dienst ist jetzt Ihrer.

plan-lead = Die erste Ebene, in der jemand Dienst hat, entscheidet. Eine Änderung gilt ab jetzt; wer vorher Dienst hatte, bleibt in der Aufzeichnung.
plan-name = Name
plan-team = Team
plan-layer = Ebene { $n }
plan-layer-name = Name der Ebene
plan-zone = Zeitzone
plan-starts = Erster Dienst beginnt, nach der Uhr an der Wand
plan-turn = Länge eines Dienstes
plan-unit = Einheit
unit-hours = Stunden
unit-days = Tage
unit-weeks = Wochen
plan-people = Wer, in dieser Reihenfolge
plan-people-help = Ein Name oder eine Adresse je Zeile. Nach den letzten beginnt es von vorn.
plan-only = Nur zu diesen Zeiten
done-schedule = { $about }: gespeichert.
schedule-retire = Außer Gebrauch nehmen
schedule-retire-lead = Ab jetzt hat darin niemand Dienst. Was war, bleibt in der Aufzeichnung.
done-schedule-retire = Außer Gebrauch.

chains = Eskalation
chains-lead = Wen man nacheinander ruft, bis jemand antwortet.
chains-none = Es gibt noch keine Eskalationskette.
chain = Kette
chain-new = Neue Kette
chain-who = Wer würde gerufen?
chain-at = Wenn etwas geschähe um (UTC)
chain-try = Zeigen
chain-would = { $name }, wenn niemand antwortet
chain-at-once = sofort
chain-after = nach { $span }
chain-nobody = Niemand:
chain-ends = Dann sind alle gerufen:
chain-change = Ändern
chain-stands = Eine Bestätigung bleibt bestehen.
chain-silence = { $n ->
    [one] Bestätigt und { $n } Minute nichts gehört: Sie beginnt von vorn.
   *[other] Bestätigt und { $n } Minuten nichts gehört: Sie beginnt von vorn.
  }
chain-form-lead = Eine leere Zeile entfällt. Eine Zahl sind Minuten zu warten oder wie oft wiederholt wird. Reihum und Zeiten setzt die API; hier bleiben sie erhalten.
chain-name = Name
chain-silence-label = Von vorn nach Minuten ohne Zeichen von Arbeit
chain-step = Schritt { $n }
chain-number = Zahl zu Schritt { $n }
chain-retire = Außer Gebrauch nehmen
done-chain = { $about }: gespeichert.
done-chain-retire = Außer Gebrauch.
step-none = –
step-kind-wait = Minuten warten
step-kind-repeat = Von vorn wiederholen, so oft
step-kind-schedule = Wer Dienst hat
step-kind-team = Ein Team
step-kind-person = Eine Person
step-wait = { $n ->
    [one] { $n } Minute warten
   *[other] { $n } Minuten warten
  }
step-repeat = { $n ->
    [one] Einmal von vorn wiederholen
   *[other] { $n }-mal von vorn wiederholen
  }
step-person = { $who } rufen
step-team = Das Team { $who } rufen
step-schedule = Rufen, wer Dienst hat: { $who }
step-round = Reihum rufen: { $who }
step-only-wait = Auf die Arbeitszeit warten ({ $zone })
step-only-skip = Außerhalb der Arbeitszeit den nächsten Schritt auslassen ({ $zone })
nobody-is-gap = niemand hat Dienst
nobody-is-barred = darf sich nicht anmelden
nobody-is-empty_team = das Team hat keine Mitglieder
nobody-is-out_of_use = der Plan ist außer Gebrauch
nobody-is-missing = diese Person, dieses Team oder diesen Plan gibt es nicht
