"""A mail server whose only mailbox answers everything and never says that it is a machine.

Arguments: the port of the mail server that its answers go to, and the address that is told of every
absence. For each message it sends two answers before it says yes to it: one to where the message
wants them, in its thread, and one in a new thread to that address. It prints its port, then one line
of JSON for each message it took, and ends when its standard input does.
"""

import asyncio
import email
import email.message
import email.policy
import email.utils
import json
import os
import smtplib
import sys

from aiosmtpd.smtp import SMTP

port, desk = sys.argv[1].split()
count = 0


def answer(robot, to, subject, thread):
    global count
    count += 1
    mail = email.message.EmailMessage(policy=email.policy.SMTP)
    mail["From"] = robot
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = f"<away{count}@example.org>"
    if thread:
        mail["In-Reply-To"] = thread
    mail.set_content(f"I am away. This is answer {count}.")
    with smtplib.SMTP("127.0.0.1", int(port), timeout=30) as server:
        server.send_message(mail, robot, [to])


def answer_twice(robot, data):
    mail = email.message_from_bytes(data, policy=email.policy.default)
    to = email.utils.parseaddr(mail["Reply-To"] or mail["From"])[1]
    answer(robot, to, f"Re: {mail['Subject']}", mail["Message-ID"])
    answer(robot, desk, "Out of office", None)


class Robot:
    async def handle_DATA(self, server, session, envelope):
        robot = envelope.rcpt_tos[0]
        data = envelope.content
        await asyncio.get_running_loop().run_in_executor(None, answer_twice, robot, data)
        said = {"from": envelope.mail_from, "to": envelope.rcpt_tos}
        print(json.dumps({**said, "data": data.decode("utf-8", "replace")}), flush=True)
        return "250 2.0.0 Ok"


async def serve():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Robot(), hostname="test"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(serve())
