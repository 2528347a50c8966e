# Quellen von Signalen, das Störungsprotokoll und seine Durchsichten.

settings-sources = Signalquellen
settings-about-sources = Was Signale sendet, nach welchen Regeln daraus Störungen werden, und was zuletzt kam
sources-lead = Was Überwachung, Sensoren und andere Programme senden, kommt hier an: zuerst gespeichert, dann beantwortet, danach gelesen. Nichts geht verloren, und niemand wird zweimal für dasselbe geweckt.
sources-none = Noch ist nichts angeschlossen
sources-none-lead = Schließen Sie unten eine an: Sie erhalten eine Adresse, einen Schlüssel und eine Zeile zum Ausprobieren.
source-connect = Quelle anschließen
source-name = Name
source-format = Sie sendet
source-service = Dienst, wo sie keinen nennt
source-service-help = Ein Dienst, den sie selbst nennt, zählt mehr.
source-silence = Zu lange still nach (Minuten)
source-silence-help = Leer: ihr Schweigen bedeutet nichts.
source-mapping = Zuordnung (nur für anderes JSON)
source-mapping-help = Welches Feld wo steht, als JSON mit Vorlagen. Ausprobieren mit POST /api/v1/sources/preview.
source-sensitive = Sie spricht von der Sicherheit der Informationen: nur wer geschützte Spuren liest, sieht, was daraus wird
source-sensitive-short = geschützt
source-paused = angehalten
source-silent = still
source-never = noch nicht gehört
source-heard = gehört
source-disconnected = getrennt
source-signals = { $n ->
    [one] { $n } Signal
   *[other] { $n } Signale
  }
source-deliveries = { $n ->
    [one] { $n } Sendung
   *[other] { $n } Sendungen
  }
source-unread = { $n ->
    [one] { $n } war nicht lesbar
   *[other] { $n } waren nicht lesbar
  }
source-secret = Der Schlüssel dieser Quelle
source-secret-lead = Geben Sie ihn dem Sender als Bearer-Token, als Kennwort der einfachen Anmeldung oder im Kopf X-Bifold-Token.
source-secret-hmac-lead = Der Sender unterschreibt damit: X-Grafana-Alerting-Signature, X-Hub-Signature-256 oder X-Bifold-Signature.
source-address = Sie sendet an
source-try = Zum Ausprobieren, mit dem Inhalt auf der Standardeingabe:
source-last = Zuletzt gehört
source-so-far = Bisher
source-test = Probesignal senden
source-token-new = Neuer Schlüssel
source-hmac-new = Neuer Schlüssel für Unterschriften
source-withdraw = Zurückziehen
source-disconnect = Trennen
secret-token = Token
secret-hmac = Schlüssel für Unterschriften
source-sent = Was sie zuletzt sandte
source-sent-none = Noch nichts.
source-sent-hidden = Was sie sendet, ist für die, die geschützte Spuren lesen.
source-read = Gelesen als
source-bytes = Bytes
source-acts = Was zu tun ist
source-replay = Noch einmal
source-replayed = eine Wiederholung
source-settings = Was aus ihren Signalen wird
source-team = Team
source-floor = Geringste Schwere
source-floor-help = Was weniger schwer ist, steht nur im Störungsprotokoll.
source-quota = Neue Ereignisse je Minute
source-quota-help = Was darüber hinausgeht, wird in einem gesammelt.
source-group = Gehören nach diesen Merkmalen zusammen
source-group-help = Leer: wie der Sender sie zusammenfasst.
source-rules = Regeln, eine je Zeile
source-rules-help = Die erste, die passt, entscheidet; passt keine, wartet es auf die Sichtung. Verglichen wird mit is, is_not, contains, starts_with, is_there, at_least. Hinter dem Pfeil: triage, log, propose oder declare.
source-settles = Ein Ereignis, über das niemand entschieden hat und das von selbst vorüber ist, wird weggelegt
source-pause = Vorläufig nichts von ihr annehmen
done-source = { $about } gespeichert
done-source-test = Ein Probesignal ist unterwegs
done-source-replay = Es wird noch einmal gelesen
done-source-withdraw = Der Schlüssel { $about } öffnet nichts mehr
done-source-disconnect = Die Quelle ist getrennt
done-fault-review = Unterschrieben für { $about }

format-alertmanager = Prometheus Alertmanager
format-prometheus = Prometheus, Alarme unmittelbar
format-grafana = Grafana Alerting
format-pager_duty = PagerDuty Events v2
format-zabbix = Zabbix
format-icinga = Icinga, Nagios, Naemon
format-cloud_events = CloudEvents
format-ocsf = OCSF-Befunde
format-wazuh = Wazuh
format-suricata = Suricata
format-otlp_logs = OpenTelemetry-Protokolle
format-syslog = Syslog-Zeilen
format-generic = Anderes JSON, nach einer Zuordnung

severity-critical = kritisch
severity-major = schwer
severity-minor = leicht
severity-warning = Warnung
severity-info = Hinweis
signal-state-firing = besteht
signal-state-acknowledged = dort bestätigt
signal-state-resolved = vorüber
signal-state-info = geschehen

faults-title = Störungsprotokoll
faults-lead = Jede Störung, die eine Quelle gemeldet hat, einmal, wie oft sie auch gesagt wurde, und was daraus wurde. Nichts darin wird von Hand geändert.
faults-tabs = Was daraus wurde
faults-all = Alle
faults-of-it = Ihre Störungen
faults-none = Hier sind keine Störungen
faults-none-lead = Was Quellen melden, steht hier.
fault-what = Störung
fault-severity = Schwere
fault-state = Stand
fault-count = Male
fault-first = Zuerst gehört
fault-became = Wurde zu
fault-offset = Uhr geht { $ms } ms anders
disposition-waiting = wartet
disposition-event = Ereignis
disposition-storm = Sturm
disposition-maintenance = Wartung
disposition-below_floor = zu gering
disposition-by_rule = nach einer Regel nur protokolliert
disposition-over = vorher vorüber
fault-reviews = Durchsichten
fault-reviews-lead = Jemand sieht das Protokoll eines Zeitraums durch und unterschreibt dafür. Die Unterschrift enthält eine Prüfsumme jeder Zeile, sodass ein späterer Auszug zeigt, ob eine geändert wurde.
fault-unreviewed = Nicht durchgesehen seit
fault-from = Von (erster Tag)
fault-until = Bis (der Tag danach)
fault-remarks = Was auffiel
fault-sign = Diesen Zeitraum unterschreiben
fault-period = Zeitraum
fault-faults = Störungen
fault-signals = Signale
fault-signed = Unterschrieben von
fault-digest = Prüfsumme

event-faults = { $n ->
    [one] { $n } Störung
   *[other] { $n } Störungen
  }
event-signals = { $n ->
    [one] einmal gemeldet
   *[other] { $n }-mal gemeldet
  }
event-cleared = von selbst vorüber
event-proposal = Eine Regel schlägt einen Vorfall vor
event-faults-title = Seine Störungen

mail-empty = (Die Nachricht hat keinen Text.)
mail-receipt = Danke, Ihre Nachricht ist angekommen. Sie hat die Nummer { $number }.

    Antworten Sie auf diese Mail, wenn Sie etwas ergänzen möchten: Die Adresse sagt, wozu sie gehört.
    Senden Sie keine Passwörter.

    Diese Mail hat ein Programm gesendet. Ihre Nachricht sieht sich ein Mensch an.

format-mail = E-Mail (ein Postfach)
source-mailbox = Ein Postfach
mailbox-address = Adresse des Postfachs
mailbox-checked = Name Ihres Mailservers
mailbox-checked-help = Wie er in Authentication-Results steht. Nur was dieser Server über einen Absender fand, wird geglaubt.
mailbox-answers = Leuten sagen, dass ihre Nachricht ankam, und unter welcher Nummer
mails = Nachrichten
mail-what = Nachricht
mail-became = Was daraus wurde
mail-no-subject = Ohne Betreff
mail-event = Neues Ereignis
mail-added = Ergänzt
mail-bounce = Nicht zugestellt
mail-again = Kam schon einmal
mail-parked = Geparkt
mail-whole = Ganze Nachricht
mail-take = Aufnehmen
letter-to = An { $who }
letter-sent = gesendet
letter-waits = wartet
letter-dead = aufgegeben
event-added = Danach gesagt

# Das Telefon.
nav-call = Anruf annehmen
call-title = Anruf annehmen
call-lead = In der Reihenfolge des Gesprächs. Danach ist die Seite bereit für den nächsten Anruf.
call-who = Wer ruft an?
call-who-help = Namen tippen; es darf auch jemand sein, der hier nicht bekannt ist.
call-number = Nummer für den Rückruf
call-what = Was ist passiert?
call-since = Seit wann?
call-affected = Wie viele Menschen?
call-safety = Könnten Daten oder Konten betroffen sein, oder war etwas seltsam?
call-safety-yes = Ja
call-safety-no = Nein
call-safety-unknown = Nicht bekannt
call-same = Ist es eines davon?
call-same-no = Nein, etwas anderes
call-more = Ein anderer Incident, ein früherer Anruf, jemand am Schalter
call-incident = Nummer des Incidents
call-told = Wann wurde es gesagt?
call-told-help = Wenn es vor jetzt war. Es steht neben der Zeit des Eintrags.
call-log = Aufnehmen, nächster Anruf
call-decide = Aufnehmen und entscheiden, was es ist
done-call = { $about } ist aufgenommen
event-told-at = Gesagt
event-entered-by = Eingetragen von
event-affected = Menschen, wie gesagt
