"""scim2-tester against a running server, as its checker of the RFCs; prints each check as JSON.

usage: tester.py URL DOMAIN      (the service key comes on standard input)

The tester makes values up at random. Two of them cannot be anything here: an address is of a domain that the
organisation has verified, and a userName without emails is where somebody is reached. Those are made up within
DOMAIN; everything else is the tester's own.
"""

import json
import sys
import uuid

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server
from scim2_tester import filling


def within(domain):
    """Has addresses made up within a domain."""
    made_up = filling.generate_random_value

    def generate(context, path, *rest, **named):
        value = made_up(context, path, *rest, **named)
        if value is None:
            return None
        address = f"{uuid.uuid4()}@{domain}"
        name = str(path).lower()
        if name.endswith("username") or name.endswith("emails.value"):
            return address
        if name.endswith("emails"):
            for email in value:
                email.value = f"{uuid.uuid4()}@{domain}"
        return value

    for module in list(sys.modules.values()):
        if module.__name__.startswith("scim2_tester") and hasattr(module, "generate_random_value"):
            module.generate_random_value = generate


def main(url, domain, key):
    within(domain)
    headers = {"Authorization": f"Bearer {key}"}
    with Client(base_url=f"{url}/scim/v2", headers=headers) as http:
        results = check_server(SyncSCIMClient(http))
    told = [
        {
            "status": result.status.name,
            "title": result.title,
            "of": result.resource_type,
            "reason": result.reason,
        }
        for result in results
    ]
    json.dump(told, sys.stdout)


main(sys.argv[1], sys.argv[2], sys.stdin.read().strip())
