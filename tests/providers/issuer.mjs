// The OpenID Connect issuer `oidc-provider`, for people who sign in by it: with addresses that it vouches for,
// or does not, and ID tokens signed with RS256.
import { Provider } from "oidc-provider";
import { provide } from "./child.mjs";

await provide(async ({ issuer, client_id, client_secret, redirect_uri, people }) => {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id,
        client_secret,
        redirect_uris: [redirect_uri],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  });
  // Its endpoints are where the test sees it, and not where this process listens.
  provider.use((context, next) => {
    context.req.headers.host = new URL(issuer).host;
    return next();
  });
  const server = provider.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { port: server.address().port };
});
