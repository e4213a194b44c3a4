// An app as the npm package `emulate` has it. Where emulate knows a call by another path or method than the app takes
// as well, what asks for it as the app documents it is led there; nothing of a request or an answer is made up.
import { createServer } from "node:http";
import { createEmulator } from "emulate";
import { provide } from "./child.mjs";

/** The whole of what a caller sent. */
async function bodyOf(request) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** `paths`: where emulate has what the app has under another path. `as_forms`: paths whose GET emulate knows as a form. */
function led({ target, method, body, type }, { paths = {}, as_forms = [] }) {
  const [path, query = ""] = target.split("?", 2);
  const there = paths[path] ?? path;
  if (method === "GET" && as_forms.includes(path)) {
    return { target: there, method: "POST", body: query, type: "application/x-www-form-urlencoded" };
  }
  return { target: query ? `${there}?${query}` : there, method, body, type };
}

await provide(async ({ service, seed, ...differences }) => {
  const { url } = await createEmulator({ service, port: 0, seed });
  const front = createServer(async (request, response) => {
    const { method } = request;
    const asked = { target: request.url, method, body: await bodyOf(request), type: request.headers["content-type"] };
    const { target, body, type, ...call } = led(asked, differences);
    const headers = {};
    for (const name of ["authorization", "accept", "cookie"]) {
      if (request.headers[name]) headers[name] = request.headers[name];
    }
    if (type) headers["content-type"] = type;
    const answer = await fetch(url + target, {
      method: call.method,
      headers,
      body: body.length > 0 ? body : undefined,
      redirect: "manual",
    });
    response.statusCode = answer.status;
    for (const name of ["content-type", "location", "set-cookie"]) {
      if (answer.headers.has(name)) response.setHeader(name, answer.headers.get(name));
    }
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((listening) => front.listen(0, "127.0.0.1", listening));
  return { port: front.address().port };
});
