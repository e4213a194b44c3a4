// GitHub as the npm package `emulate` has it: an organisation with two private repositories, an OAuth
// App, a GitHub App, and people with tokens of their own, who do things that Countersign has no part in.
import { generateKeyPairSync } from "node:crypto";
import { createEmulator } from "emulate";
import { provide } from "./child.mjs";

const [ours, theirs] = [0, 1].map(
  () =>
    generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs1", format: "pem" },
    }).privateKey,
);

await provide(async ({ client_id, client_secret, redirect_uri, tokens }) => {
  const people = Object.values(tokens);
  const { url } = await createEmulator({
    service: "github",
    port: 0,
    seed: {
      tokens: Object.fromEntries(
        Object.entries(tokens).map(([token, login]) => [token, { login, scopes: ["repo"] }]),
      ),
      github: {
        // emulate takes a token that it does not know for the first person's. This one belongs to
        // no organisation, so that an unknown token reaches nothing private.
        users: ["stranger", ...people].map((login) => ({ login })),
        orgs: [{ login: "acme", members: people.map((login) => ({ login })) }],
        repos: ["desk", "lamp"].map((name) => ({ owner: "acme", name, private: true })),
        oauth_apps: [{ client_id, client_secret, name: "Countersign", redirect_uris: [redirect_uri] }],
        apps: [
          {
            app_id: 4711,
            slug: "countersign",
            name: "Countersign",
            private_key: ours,
            // More than any token of ours may hold.
            permissions: { metadata: "read", issues: "write", pull_requests: "write", contents: "write" },
            installations: [
              { installation_id: 90210, account: "acme", repository_selection: "all" },
              {
                installation_id: 90211,
                account: "acme",
                repository_selection: "all",
                permissions: { metadata: "read", contents: "write" },
              },
            ],
          },
        ],
      },
    },
  });
  return { port: Number(new URL(url).port), app_key: ours, other_key: theirs };
});
