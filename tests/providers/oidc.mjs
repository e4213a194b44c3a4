// A standard OAuth 2 and OpenID Connect server, the npm package `oidc-provider`: code with PKCE,
// consent, refresh tokens that rotate with each use and whose second use ends the grant.
import { Provider } from "oidc-provider";
import { provide } from "./child.mjs";

await provide(async ({ issuer, client_id, client_secret, redirect_uri, access_seconds }) => {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id,
        client_secret,
        redirect_uris: [redirect_uri],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
      },
    ],
    pkce: { required: () => true },
    rotateRefreshToken: true,
    clockTolerance: 0,
    features: { revocation: { enabled: true } },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    ttl: {
      AccessToken: access_seconds,
      AuthorizationCode: 60,
      Grant: 3600,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 3600,
      Session: 3600,
    },
  });
  const server = provider.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { port: server.address().port };
});
