#!/usr/bin/env bash
# Makes response.xml and certificate.pem anew: a response that somebody else's implementation signed (xmlsec1), by a
# key that is thrown away. weak.xml is the same, signed by that key over SHA-1; other.pem the certificate of another. Run by hand, where the shape of the response is to be another one.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
certificate() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 36500 -subj '/CN=controls.invalid' -keyout "$1" -out "$2" 2>/dev/null
}
certificate "$work/key.pem" certificate.pem
certificate "$work/other.pem" other.pem
cat >"$work/response.xml" <<'XML'
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_response" Version="2.0" IssueInstant="2026-01-01T00:00:00Z" Destination="https://server.invalid/acs" InResponseTo="_request"><saml:Issuer>https://controls.invalid</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion ID="_assertion" Version="2.0" IssueInstant="2026-01-01T00:00:00Z"><saml:Issuer>https://controls.invalid</saml:Issuer><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#_assertion"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">somebody</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="2026-01-01T00:05:00Z" Recipient="https://server.invalid/acs" InResponseTo="_request"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="2026-01-01T00:00:00Z" NotOnOrAfter="2026-01-01T00:05:00Z"><saml:AudienceRestriction><saml:Audience>https://server.invalid</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="2026-01-01T00:00:00Z" SessionIndex="_session"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement></saml:Assertion></samlp:Response>
XML
sed -e 's,2001/04/xmldsig-more#rsa-sha256,2000/09/xmldsig#rsa-sha1,' -e 's,2001/04/xmlenc#sha256,2000/09/xmldsig#sha1,' \
  "$work/response.xml" >"$work/weak.xml"
for response in response weak; do
  xmlsec1 --sign --privkey-pem "$work/key.pem" --id-attr:ID Assertion --output "$response.xml" "$work/$response.xml"
done
