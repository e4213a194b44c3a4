// Identity providers of SAML 2.0 as the npm packages `samlp` and `samlify` are: a person asks under
// /samlp or /samlify?user=NAME&sign=assertion|response|both, and gets a form that posts to the service.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { provide } from "./child.mjs";

const require = createRequire(import.meta.url);
const samlp = require("samlp");
const samlify = require("samlify");

// Its own parser of requests is what is wanted of it, not a validator by schema, which is another package.
samlify.setSchemaValidator({ validate: async () => "not asked for" });

const FORM = (to, response, state) =>
  `<form method="post" action="${to}"><input name="SAMLResponse" value="${response}">` +
  `<input name="RelayState" value="${state}"></form>`;

/** samlp writes claims by the names of Windows. */
class Claims {
  static of = (person) => new Claims(person);
  constructor(person) {
    this.person = person;
  }
  getClaims() {
    const claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
    return {
      [`${claims}/emailaddress`]: this.person.mail,
      [`${claims}/givenname`]: this.person.given,
      [`${claims}/surname`]: this.person.family,
      "http://schemas.xmlsoap.org/claims/Group": this.person.groups,
    };
  }
  getNameIdentifier() {
    return {
      nameIdentifier: this.person.id,
      nameIdentifierFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    };
  }
}

const called = (act) => new Promise((done, fail) => act((error, value) => (error ? fail(error) : done(value))));

async function bySamlp({ entity_id, key, certificate, acs }, query, person) {
  const asked = await called((back) => samlp.parseRequest({ method: "GET", query }, {}, back));
  if (asked.assertionConsumerServiceURL !== acs) throw new Error("another service asks");
  const config = {
    issuer: entity_id,
    key,
    cert: certificate,
    audience: asked.issuer,
    recipient: acs,
    destination: acs,
    inResponseTo: asked.id,
    profileMapper: Claims.of,
    signAssertion: query.sign !== "response",
    signResponse: query.sign !== "assertion",
    signatureAlgorithm: query.algorithm ?? "rsa-sha256",
    digestAlgorithm: query.digest ?? "sha256",
    authnContextClassRef: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    sessionIndex: "_session",
  };
  const response = await called((back) => samlp.getSamlResponse(config, person, back));
  return Buffer.from(response).toString("base64");
}

// The usual one has no AuthnStatement, which SAMLProf 4.1.4.2 asks for.
const STATEMENT =
  '<saml:AuthnStatement AuthnInstant="{IssueInstant}" SessionIndex="_session"><saml:AuthnContext>' +
  "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>" +
  "</saml:AuthnContext></saml:AuthnStatement>";
const TEMPLATE = samlify.SamlLib.defaultLoginResponseTemplate.context.replace("{AuthnStatement}", STATEMENT);

async function bySamlify({ entity_id, key, certificate, acs, sp_metadata, url }, query, person) {
  const idp = samlify.IdentityProvider({
    entityID: entity_id,
    privateKey: key,
    signingCert: certificate,
    requestSignatureAlgorithm: `http://www.w3.org/2001/04/xmldsig-more#${query.algorithm ?? "rsa-sha256"}`,
    nameIDFormat: ["urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"],
    singleSignOnService: [{ Binding: samlify.Constants.namespace.binding.redirect, Location: `${url}/samlify` }],
    loginResponseTemplate: {
      context: TEMPLATE,
      attributes: [
        { name: "mail", valueTag: "mail", nameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:basic", valueXsiType: "xs:string" },
        { name: "displayName", valueTag: "name", nameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:basic", valueXsiType: "xs:string" },
      ],
    },
  });
  const wanted = query.sign === "response" ? sp_metadata.replace('WantAssertionsSigned="true"', 'WantAssertionsSigned="false"') : sp_metadata;
  const sp = samlify.ServiceProvider({ metadata: wanted, wantMessageSigned: query.sign !== "assertion" });
  const asked = await idp.parseLoginRequest(sp, "redirect", { query });
  if (asked.extract.request.assertionConsumerServiceUrl !== acs) throw new Error("another service asks");
  const now = new Date();
  const later = new Date(now.getTime() + 300_000).toISOString();
  const customTagReplacement = (template) => ({
    context: samlify.SamlLib.replaceTagsByValue(template, {
      ID: "_response",
      AssertionID: "_assertion",
      Destination: acs,
      Audience: sp.entityMeta.getEntityID(),
      SubjectRecipient: acs,
      Issuer: entity_id,
      IssueInstant: now.toISOString(),
      StatusCode: samlify.Constants.StatusCode.Success,
      ConditionsNotBefore: now.toISOString(),
      ConditionsNotOnOrAfter: later,
      SubjectConfirmationDataNotOnOrAfter: later,
      NameIDFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
      NameID: person.id,
      InResponseTo: asked.extract.request.id,
      attrMail: person.mail,
      attrName: `${person.given} ${person.family}`,
    }),
  });
  const { context } = await idp.createLoginResponse(sp, asked, "post", person, { customTagReplacement });
  return context;
}

await provide(async (wishes) => {
  const server = createServer(async (request, answer) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    const query = Object.fromEntries(searchParams);
    try {
      const by = { "/samlp": bySamlp, "/samlify": bySamlify }[pathname];
      const response = await by({ ...wishes, url: `http://${request.headers.host}` }, query, wishes.people[query.user]);
      answer.setHeader("content-type", "text/html");
      answer.end(FORM(wishes.acs, response, query.RelayState));
    } catch (error) {
      answer.statusCode = 400;
      answer.end(String(error?.stack ?? error));
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return { port: server.address().port };
});
