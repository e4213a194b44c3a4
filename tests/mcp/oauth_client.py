"""The official Python MCP client without a key: it finds the authorization server by itself, registers,
has a person asked, and calls the tools. One line of JSON each way with the test.

usage: oauth_client.py URL
"""

import asyncio
import json
import sys
from urllib.parse import parse_qs, urlsplit

from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client
from mcp.shared.auth import OAuthClientMetadata


class Kept:
    """Tokens and registration, as long as the program runs."""

    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


def tell(what):
    print(json.dumps(what), flush=True)


async def ask(url):
    tell({"ask": url})


async def answer():
    back = await asyncio.to_thread(sys.stdin.readline)
    query = {name: values[0] for name, values in parse_qs(urlsplit(json.loads(back)["back"]).query).items()}
    return AuthorizationCodeResult(code=query["code"], state=query["state"], iss=query["iss"])


async def main(url):
    kept = Kept()
    metadata = OAuthClientMetadata(
        client_name="Python MCP client", redirect_uris=["http://localhost:8910/callback"])
    provider = OAuthClientProvider(f"{url}/mcp", metadata, kept, ask, answer)
    async with create_mcp_http_client(auth=provider) as http:
        async with Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client:
            tools = await client.list_tools()
            told = {"tools": sorted(tool.name for tool in tools.tools)}
            first = kept.tokens
            # It is refreshed before it expires, as the client sees it: now.
            provider.context.token_expiry_time = 1
            logs = await client.call_tool("list_logs", {})
            told["logs"] = not logs.is_error
            told["refreshed"] = kept.tokens.access_token != first.access_token
            told["rotated"] = kept.tokens.refresh_token != first.refresh_token
            told["scope"] = kept.tokens.scope
    tell({"done": told})


asyncio.run(main(sys.argv[1]))
