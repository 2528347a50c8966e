"""A service that publishes holidays, written with a library that nobody here wrote.

Prints its port. /days.ics is a calendar; /moved leads to it; /page is no calendar; /away is a
redirection to a place inside the house. Each line on standard input takes the event of that
id out of the calendar.
"""

import datetime
import http.server
import json
import sys
import threading

from icalendar import Calendar, Event, vRecur

DAY = datetime.timedelta(days=1)
gone = set()


def event(uid, date, name, **more):
    entry = Event()
    entry.add("uid", uid)
    entry.add("dtstamp", datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc))
    entry.add("dtstart", date)
    entry.add("summary", name)
    for key, value in more.items():
        entry.add(key, value)
    return entry


def calendar():
    days = Calendar()
    days.add("prodid", "-//Holidays of Somewhere//EN")
    days.add("version", "2.0")
    today = datetime.datetime.now(datetime.timezone.utc).date()
    # The next Wednesday after a week, so that an office is open on it.
    ahead = today + 7 * DAY
    ahead += (2 - ahead.weekday()) % 7 * DAY
    single = event("a", ahead, "Founders’ Day, with a name so long that the line is folded in two", dtend=ahead + DAY)
    yearly = event("b", datetime.date(2001, 1, 1), "New Year", rrule=vRecur(freq="yearly"))
    nth = event("c", datetime.date(2001, 11, 22), "Thanksgiving", rrule=vRecur(freq="yearly", bymonth=11, byday="4TH"))
    meeting = event("d", datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.timezone.utc), "A meeting")
    weekly = event("e", today, "Every week", rrule=vRecur(freq="weekly"))
    for entry in (single, yearly, nth, meeting, weekly):
        if entry["uid"] not in gone:
            days.add_component(entry)
    return days.to_ical()


class Service(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path in ("/moved", "/away"):
            self.send_response(302)
            self.send_header("Location", "/days.ics" if self.path == "/moved" else "http://10.255.255.1/")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = calendar() if self.path == "/days.ics" else b"<html>no calendar</html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/calendar; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
for line in sys.stdin:
    gone.add(json.loads(line))
    print("gone", flush=True)
