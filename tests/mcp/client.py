"""The official Python MCP client against a running server: what an AI client does, printed as JSON.

usage: client.py URL WRITING_CONNECTION LOG      (the API key comes on standard input)
"""

import asyncio
import json
import sys

from mcp import Client
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client


async def call(client, tool, arguments):
    result = await client.call_tool(tool, arguments)
    return {"is_error": bool(result.is_error), "content": result.structured_content}


async def main(url, connection, log, key):
    headers = {"Authorization": f"Bearer {key}"}
    async with create_mcp_http_client(headers=headers) as http:
        async with Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client:
            tools = await client.list_tools()
            told = {"tools": sorted(tool.name for tool in tools.tools)}
            told["connections"] = await call(client, "list_connections", {})
            told["logs"] = await call(client, "list_logs", {})
            told["insight"] = await call(client, "read_insight", {"log_id": log})
            arguments = {"title": "Asked by a Python client", "labels": ["mcp"]}
            told["proposed"] = await call(client, "propose_ticket", {
                "connection_id": connection, "operation": "create_issue", "arguments": arguments})
            undeclared = {"title": "x", "assignee": "somebody"}
            told["undeclared"] = await call(client, "propose_ticket", {
                "connection_id": connection, "operation": "create_issue", "arguments": undeclared})
            told["read_as_write"] = await call(client, "propose_ticket", {
                "connection_id": connection, "operation": "list_issues", "arguments": {}})
            approval = (told["proposed"]["content"] or {}).get("approval_id", "")
            told["approval"] = await call(client, "get_approval", {"approval_id": approval})
    json.dump(told, sys.stdout)


asyncio.run(main(*sys.argv[1:4], sys.stdin.readline().strip()))
