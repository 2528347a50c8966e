# Die Wörter der Statusseite. en.ftl hat dieselben Schlüssel in derselben Folge.
skip = Zum Inhalt springen
home = Status
banner-operational = Alle Dienste funktionieren.
banner-under_maintenance = Es wird gewartet.
banner-degraded_performance = Einige Dienste funktionieren schlechter als sonst.
banner-partial_outage = Einige Dienste funktionieren nur teilweise.
banner-major_outage = Einige Dienste funktionieren nicht.
as-of = Stand
state-operational = in Betrieb
state-under_maintenance = wird gewartet
state-degraded_performance = beeinträchtigt
state-partial_outage = teilweise ausgefallen
state-major_outage = ausgefallen
impact-none = ohne Auswirkung
impact-minor = geringe Auswirkung
impact-major = große Auswirkung
impact-critical = sehr große Auswirkung
stage-investigating = Ursache wird gesucht
stage-identified = Ursache gefunden
stage-monitoring = Wird beobachtet
stage-resolved = Behoben
stage-update = Neues
work-planned = Geplant
work-in_progress = Im Gange
work-completed = Abgeschlossen
work-cancelled = Abgesagt
components = Komponenten
components-more = Verfügbarkeit in Zahlen
component = Komponente
bars-label = { $component }, letzte { $days } Tage
bars-good = durchgehend in Betrieb
bars-unknown = { $n ->
    [one] von 1 Tag ist nichts bekannt
   *[other] von { $n } Tagen ist nichts bekannt
  }
bars-more = { $n ->
    [one] und 1 weiterer Tag
   *[other] und { $n } weitere Tage
  }
bars-from = vor { $n } Tagen
bars-until = heute
bars-share = { $percent } verfügbar
bars-legend = Jeder Balken ist ein Tag: je höher, desto schlimmer.
no-data = keine Daten
share-days = { $n ->
    [one] 1 Tag
   *[other] { $n } Tage
  }
counted = Als nicht verfügbar zählt: { $states }. Angekündigte Wartung und die Zeit, bevor eine Komponente bekannt war, bleiben außen vor. Tage sind die von { $zone }.
known-since = Bekannt seit
current = Aktuelle Störungen
next-update-by = Nächste Meldung bis
affected = Betroffen
affected-more = { $n ->
    [one] und 1 weitere
   *[other] und { $n } weitere
  }
began = Begonnen
lasted = Dauerte
maintenance-now = Laufende Wartung
maintenance-coming = Kommende Wartung
maintenance-when = Geplant
maintenance-ran = Fand statt
recent = Letzte 15 Tage
recent-quiet = Keine Störungen.
recent-open = Eine Störung dauert an, siehe oben.
recent-went-on = Eine Störung, die vorher begann, war noch nicht behoben.
to = bis
incident = Störung
maintenance = Wartung
updates = Meldungen
changes = Änderungen
note-after = Was wir daraus gelernt haben
nothing-said = Dazu wurde noch nichts gesagt.
history = Verlauf
history-of = Verlauf im { $month }
history-quiet = Keine Störungen und keine Wartung in diesem Monat.
history-incidents = Störungen
history-maintenance = Wartung
earlier = Früher: { $month }
later = Später: { $month }
nav-label = Statusseite
back = Zurück zum aktuellen Stand
follow = Auf dem Laufenden bleiben
follow-mail = Per E-Mail
follow-feed = Feed (Atom)
follow-calendar = Kalender der Wartungen (iCalendar)
follow-json = Daten (JSON)
contact = Hilfe
feed-title = { $name }: Störungen und Wartung
calendar-title = { $name }: Wartung
badge-label = Status
span-moment = weniger als eine Minute
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n } d
percent = { $n } %
decimal-mark = ,
moment = { $day }, { $time }
date = { $day }. { $month } { $year }
day-of-week = { $weekday }, { $day }
days-of-week = { $from } bis { $until }
month-of-year = { $month } { $year }
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
weekday-1 = Montag
weekday-2 = Dienstag
weekday-3 = Mittwoch
weekday-4 = Donnerstag
weekday-5 = Freitag
weekday-6 = Samstag
weekday-7 = Sonntag
moved = Die Zeit wurde geändert: { $from } – { $until }.
