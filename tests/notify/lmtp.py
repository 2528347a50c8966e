"""A mail server that hands messages over by LMTP, with the client of Python's own library.

A line of JSON on standard input is a message: from, to, data. The answer is who was refused.
"""

import json
import smtplib
import sys

port = int(sys.argv[1])
print("ready", flush=True)
for line in sys.stdin:
    mail = json.loads(line)
    try:
        with smtplib.LMTP("127.0.0.1", port, timeout=15) as server:
            refused = server.sendmail(mail["from"], mail["to"], mail["data"].encode())
        said = {to: code for to, (code, _) in refused.items()}
    except smtplib.SMTPRecipientsRefused as error:
        said = {to: code for to, (code, _) in error.recipients.items()}
    except smtplib.SMTPResponseException as error:
        said = {"error": error.smtp_code}
    print(json.dumps(said), flush=True)
