// GitHub as the npm package `emulate` has it: an organisation with one private repository, an OAuth
// App, and people with tokens of their own, who do things that Countersign has no part in.
import { createEmulator } from "emulate";
import { provide } from "./child.mjs";

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
        repos: [{ owner: "acme", name: "desk", private: true }],
        oauth_apps: [{ client_id, client_secret, name: "Countersign", redirect_uris: [redirect_uri] }],
      },
    },
  });
  return { port: Number(new URL(url).port) };
});
