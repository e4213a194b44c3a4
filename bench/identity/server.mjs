// Better Auth as its documentation sets it up, one worker a core: sessions in PostgreSQL at every request,
// no cookie cache and no rate limit. usage: node server.mjs DATABASE_URL PORT
import cluster from "node:cluster";
import { createServer } from "node:http";
import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { organization } from "better-auth/plugins";
import pg from "pg";

const [connectionString, port] = process.argv.slice(2);
const WORKERS = 2;
const options = {
  baseURL: `http://127.0.0.1:${port}`,
  secret: "a secret of the benchmark, which keeps nothing",
  database: new pg.Pool({ connectionString, max: 10 }),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [organization(), apiKey({ rateLimit: { enabled: false } })],
};
const auth = betterAuth(options);

async function answer(request, response) {
  if (request.url === "/key") {
    const key = request.headers.authorization?.replace("Bearer ", "");
    const { valid } = await auth.api.verifyApiKey({ body: { key } });
    response.writeHead(valid ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify({ valid }));
    return;
  }
  if (request.url === "/make-key") {
    const { user } = await auth.api.getSession({ headers: new Headers({ cookie: request.headers.cookie }) });
    const { key } = await auth.api.createApiKey({ body: { name: "Benchmark", userId: user.id } });
    response.end(JSON.stringify({ key }));
    return;
  }
  await toNodeHandler(auth)(request, response);
}

if (cluster.isPrimary) {
  const { runMigrations } = await getMigrations(options);
  await runMigrations();
  let ready = 0;
  for (let n = 0; n < WORKERS; n += 1) {
    cluster.fork().on("listening", () => {
      ready += 1;
      if (ready === WORKERS) console.log("ready");
    });
  }
} else {
  createServer((request, response) => {
    answer(request, response).catch((error) => {
      console.error(error);
      response.writeHead(500);
      response.end();
    });
  }).listen(Number(port), "127.0.0.1");
}
