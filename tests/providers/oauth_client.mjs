// An OAuth client that is not ours, the npm package `openid-client`, with `jose` for the tokens: asks the
// test for a person's consent, and tells what it got. One line of JSON each way (`tests/src/oauth/foreign.rs`).
import { createInterface } from "node:readline";
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as oauth from "openid-client";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const hear = async () => JSON.parse((await lines.next()).value);
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const { issuer } = await hear();
const resource = `${issuer}/api`;
const redirect_uri = "http://127.0.0.1:8910/callback";
const config = await oauth.dynamicClientRegistration(
  new URL(issuer),
  {
    client_name: "openid-client",
    redirect_uris: ["http://127.0.0.1/callback"],
    grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
    token_endpoint_auth_method: "none",
  },
  oauth.None(),
  { algorithm: "oauth2", execute: [oauth.allowInsecureRequests] },
);

/** The token's claims, by our published keys and nothing else of ours. */
async function verified(tokens) {
  const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
  const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, {
    issuer,
    audience: resource,
    algorithms: ["EdDSA"],
    typ: "at+jwt",
    requiredClaims: ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
  });
  return { payload, alg: protectedHeader.alg };
}

async function me(tokens) {
  const url = new URL(`${issuer}/api/v1/me`);
  const answer = await oauth.fetchProtectedResource(config, tokens.access_token, url, "GET");
  return answer.status;
}

// RFC 6749 4.1 with RFC 7636, RFC 8707 and RFC 9207.
const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
const expectedState = oauth.randomState();
const ask = oauth.buildAuthorizationUrl(config, {
  redirect_uri,
  scope: "insight.read connectors.read",
  resource,
  state: expectedState,
  code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
});
tell({ ask: ask.href });
const { back } = await hear();
const checks = { pkceCodeVerifier, expectedState };

// A callback of another start, and one that names another issuer, are refused before anything is sent.
const refused = [];
for (const [name, value] of [["state", "another"], ["state", null], ["iss", "https://other.example"], ["iss", null]]) {
  const forged = new URL(back);
  forged.searchParams.delete(name);
  if (value) forged.searchParams.set(name, value);
  await oauth.authorizationCodeGrant(config, forged, checks).then(
    () => refused.push("taken"),
    (error) => refused.push(error.code),
  );
}
const tokens = await oauth.authorizationCodeGrant(config, new URL(back), checks);
const first = await verified(tokens);
const answered = await me(tokens);

// RFC 6749 6.
const refreshed = await oauth.refreshTokenGrant(config, tokens.refresh_token, { resource });
const second = await verified(refreshed);

// RFC 8628.
const device = await oauth.initiateDeviceAuthorization(config, { scope: "insight.read", resource });
tell({ user_code: device.user_code });
await hear();
const polled = await oauth.pollDeviceAuthorizationGrant(config, device);
const third = await verified(polled);

// RFC 7009.
await oauth.tokenRevocation(config, polled.refresh_token);
const after = await me(polled).catch((error) => error.status ?? error.cause?.status ?? 401);

tell({
  done: {
    refused,
    answered,
    scopes: [first, second, third].map(({ payload }) => payload.scope),
    algs: [first, second, third].map(({ alg }) => alg),
    rotated: tokens.refresh_token !== refreshed.refresh_token,
    after,
  },
});
process.exit(0);
