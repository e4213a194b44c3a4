"""Writes canonical.json: what xmlsec1 (libxml2) makes of elements before it digests them.

Usage: make.py > canonical.json, with xmlsec1 and lxml at hand. Each document has an element of the ID "apex",
with an enveloped signature in it; the signature's PrefixList is `prefixes`.
"""
import json
import random
import re
import subprocess
import tempfile

from lxml import etree

DSIG = "http://www.w3.org/2000/09/xmldsig#"


def signature(prefixes):
    listed = (
        f'<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="{prefixes}"/>'
        if prefixes
        else ""
    )
    return (
        f'<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo>'
        '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"/>'
        '<ds:Reference URI="#apex"><ds:Transforms>'
        '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
        f'<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#">{listed}</ds:Transform>'
        '</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        "<ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>"
    )


def by_xmlsec(xml, apex):
    with tempfile.NamedTemporaryFile("wb", suffix=".xml") as document, tempfile.NamedTemporaryFile("wb") as key:
        document.write(xml.encode())
        document.flush()
        key.write(b"key")
        key.flush()
        command = ["xmlsec1", "--sign", "--hmackey", key.name, "--store-references", "--print-debug"]
        command += ["--id-attr:ID", apex, document.name]
        out = subprocess.run(command, check=True, capture_output=True).stdout.decode()
    found = re.search(r"== PreDigest data - start buffer:\n(.*)\n== PreDigest data - end buffer", out, re.S)
    return found.group(1)


HAND = [
    ("attributes by namespace and name", "",
     '<r xmlns:b="urn:a" xmlns:a="urn:b"><e z="1" a:y="2" b:y="3" y="4" xml:lang="en" B="5" ID="apex">SIG</e></r>'),
    ("prefixes of outer elements are declared where they are used", "",
     '<p:r xmlns:p="urn:p" xmlns:q="urn:q" xmlns:u="urn:u"><p:e ID="apex">SIG<q:f p:a="1"/><p:g/></p:e></p:r>'),
    ("a prefix that is used twice beside is declared twice", "",
     '<r xmlns:q="urn:q"><e ID="apex">SIG<q:f/><q:f/></e></r>'),
    ("a prefix that means something else further in", "",
     '<p:e xmlns:p="urn:p" ID="apex">SIG<p:f xmlns:p="urn:x"><p:g xmlns:p="urn:p"/></p:f></p:e>'),
    ("the default namespace comes and goes", "",
     '<e xmlns="urn:d" ID="apex">SIG<f xmlns=""><g/><h xmlns="urn:d"/></f><p:i xmlns:p="urn:p" xmlns=""/></e>'),
    ("a default namespace that nobody uses", "",
     '<r xmlns="urn:d"><p:e xmlns:p="urn:p" ID="apex">SIG<f/></p:e></r>'),
    ("attributes without a prefix use no namespace", "",
     '<r xmlns="urn:d" xmlns:p="urn:p"><p:e a="1" ID="apex">SIG</p:e></r>'),
    ("listed prefixes are declared where they are in scope", "xs u",
     '<r xmlns:xs="urn:xs" xmlns:u="urn:u"><e ID="apex">SIG<f xmlns:xs="urn:other" t="xs:string"/></e></r>'),
    ("listed prefixes that are not in scope are none", "gone xs",
     '<e ID="apex">SIG<f xmlns:xs="urn:xs"/><g/></e>'),
    ("the listed default namespace", "#default",
     '<r xmlns="urn:d"><p:e xmlns:p="urn:p" ID="apex">SIG<p:f xmlns=""/><f/></p:e></r>'),
    ("a listed prefix that is used, too", "p",
     '<p:r xmlns:p="urn:p" xmlns:q="urn:q"><p:e ID="apex">SIG<q:f/></p:e></p:r>'),
    ("characters in text", "",
     '<e ID="apex">SIG a &amp; &lt; &gt; &quot; &apos; " \' &#13; &#9; &#10; &#xe9; é 😀 ]]&gt;\r\nb\rc\n d</e>'),
    ("characters in attributes", "",
     '<e ID="apex" a=\'&lt; &gt; " &quot; &apos; &amp; &#13;&#10;&#9; &#xe9; é\' b="a\r\nb\tc\nd">SIG</e>'),
    ("empty elements and white space", "",
     '<e  ID = "apex"\n  b=\'c\' >SIG\n  <f />\n  <g></g >\n</e >'),
    ("comments and instructions", "", '<e ID="apex">SIGa<!-- b -->c<!----><f/></e>'),
    ("an attribute of xml", "", '<r xml:space="preserve" xml:lang="de"><e ID="apex">SIG<f xml:lang="en"/></e></r>'),
    ("the order of prefixes is that of code points", "",
     '<e xmlns:é="urn:4" xmlns:z="urn:1" xmlns:Z="urn:2" xmlns:_="urn:3" é:a="" z:a="" Z:a="" _:a="" ID="apex">SIG</e>'),
    ("two prefixes of one namespace", "",
     '<a:e xmlns:a="urn:x" xmlns:b="urn:x" b:k="1" ID="apex">SIG<b:f a:k="2"/></a:e>'),
    ("the same namespace again", "",
     '<a:e xmlns:a="urn:x" ID="apex">SIG<a:f xmlns:a="urn:x"><a:g xmlns:a="urn:x"/></a:f></a:e>'),
]


def grown(chance, depth):
    names = ["a", "b", "p:a", "q:b", "p:c", "d"]
    declared = ['xmlns="urn:1"', 'xmlns=""', 'xmlns:p="urn:p"', 'xmlns:p="urn:1"', 'xmlns:q="urn:p"', 'xmlns:q="urn:q"']
    attributes = ['x="1"', 'y="&#10;&lt;"', 'p:x="2"', 'q:y="3"', "z='\"'", 'xml:lang="en"']
    chosen, seen = [], set()
    for piece in chance.sample(declared, chance.randint(0, 3)) + chance.sample(attributes, chance.randint(0, 3)):
        name = piece.split("=")[0]
        if name not in seen:
            seen.add(name)
            chosen.append(piece)
    chance.shuffle(chosen)
    name = chance.choice(names)
    inside = "".join(
        chance.choice(["t", "&amp;", "\n ", " &#13;", "é", ""]) + grown(chance, depth - 1)
        for _ in range(chance.randint(0, 3) if depth else 0)
    )
    return f"<{name} {' '.join(chosen)}>{inside}</{name}>"


def main():
    cases = list(HAND)
    chance = random.Random(1)
    while len(cases) < len(HAND) + 80:
        tree = grown(chance, 4)
        marked = re.sub(r"<(\S+) ", r'<\1 ID="apex" ', tree, count=1).replace(">", ">SIG", 1)
        xml = f'<r xmlns:p="urn:p" xmlns:q="urn:q" xmlns:u="urn:u">{marked}</r>'
        try:
            etree.fromstring(xml.replace("SIG", ""))
        except etree.XMLSyntaxError:
            continue  # an attribute twice, by two prefixes
        cases.append((f"grown {len(cases)}", chance.choice(["", "u", "p q", "#default", "#default p"]), xml))
    written = []
    for name, prefixes, xml in cases:
        xml = xml.replace("SIG", signature(prefixes), 1)
        node = etree.fromstring(xml.encode()).xpath('//*[@ID="apex"]')[0]
        tag = etree.QName(node)
        apex = f"{tag.namespace}:{tag.localname}" if tag.namespace else tag.localname
        canonical = by_xmlsec(xml, apex)
        # Without what is in the signature, which is left out anyway.
        short = re.sub(r"<ds:SignedInfo>.*</ds:SignatureValue>|<ds:SignedInfo>.*<ds:SignatureValue/>", "", xml, flags=re.S)
        written.append({"name": name, "prefixes": prefixes, "xml": short, "canonical": canonical})
    print(json.dumps(written, ensure_ascii=False, indent=1))


main()
