#!/usr/bin/env bash
# Makes signed.xml, signed.pem and signed.octets anew: an element that xmlsec1 signed by a key that is thrown away, its
# certificate, and the octets that xmlsec1 digested of it. Run by hand, where the document is to be another one.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -days 36500 -subj '/CN=signer.example' -keyout "$work/key.pem" -out signed.pem 2>/dev/null
cat >"$work/plain.xml" <<'XML'
<o:outer xmlns:o="urn:outer" xmlns:xs="urn:xs" xmlns:u="urn:unused"><t:it xmlns:t="urn:it" o:z='2 " &gt; é'  b="1"
  ID="_it" ><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#_it"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"><ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"/></ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature> Here &amp; now&#13;
<o:in/><plain kind="xs:string" /></t:it><o:beside>nobody signed this</o:beside></o:outer>
XML
xmlsec1 --sign --privkey-pem "$work/key.pem" --id-attr:ID urn:it:it --store-references --print-debug \
  --output signed.xml "$work/plain.xml" >"$work/debug" 2>&1
sed -n '/== PreDigest data - start buffer:/,/== PreDigest data - end buffer/{//!p}' "$work/debug" | head -c -1 >signed.octets
