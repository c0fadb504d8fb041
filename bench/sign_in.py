"""How long coming in takes, both steps, with the real key stretching.

    .venv/bin/python bench/sign_in.py [TRIES]

A centre of its own in a temporary folder; the requests go through every middleware. "Work" is the
processor time of all threads: on a busy machine the clock says more than the way in costs.
"""

import os
import statistics
import sys
import tempfile
import time

TRIES = int(sys.argv[1]) if len(sys.argv) > 1 else 20
PASSWORD = "still water runs deep"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="ansim-bench-") as home:
        os.environ |= {
            "ANSIM_HOME": home,
            "ANSIM_MODE": "demo",
            "DJANGO_SETTINGS_MODULE": "ansim.centre.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        measure()


def measure() -> None:
    from django.test import Client

    from ansim.centre.access import factors, totp
    from ansim.centre.access.services import create_staff

    staff = create_staff("mina", PASSWORD, "미나", "Mina", "counsellor")
    secret = totp.new_secret()
    factors.add_app(staff, secret, totp.code_of(secret, totp.step_at(time.time())))
    first, second, whole, work = [], [], [], []
    for _ in range(TRIES):
        client = Client(SERVER_NAME="localhost")
        staff.factors.update(last_step=0)
        began, worked = time.perf_counter(), time.process_time()
        client.post("/staff/sign-in", {"username": "mina", "password": PASSWORD})
        between = time.perf_counter()
        code = totp.code_of(secret, totp.step_at(time.time()))
        assert client.post("/staff/sign-in/second", {"code": code}).headers["Location"] == "/staff/"
        assert client.get("/staff/").status_code == 200
        ended = time.perf_counter()
        first.append(between - began)
        second.append(ended - between)
        whole.append(ended - began)
        work.append(time.process_time() - worked)
    rows = {"password": first, "code and Today": second, "whole": whole, "of it, work": work}
    for name, taken in rows.items():
        middle, most = statistics.median(taken), max(taken)
        print(
            f"{name:15} median {middle * 1000:6.0f} ms   slowest of {TRIES} {most * 1000:6.0f} ms"
        )


if __name__ == "__main__":
    main()
