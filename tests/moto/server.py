"""AWS KMS and S3 that are not ours: moto, which checks signatures and permissions.

Reads one line of JSON, tells its port, an access key, two keys' ARNs and a bucket in one. Then it does what each line
asks for with the bucket, as its owner could, and ends with its standard input.
"""

import json
import logging
import os
import sys

# The calls below are taken unsigned; every later one must be signed, and be allowed.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "9"
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

from urllib.parse import quote, unquote

import boto3
from moto.iam.access_control import IAMRequestBase
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
BUCKET = "countersign-files"

made = IAMRequestBase._create_aws_request


def as_it_is_signed(self):
    """Flask hands moto a query whose slashes are decoded, and moto signs that. AWS signs them encoded."""
    path, mark, query = self._path.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&")]
    encoded = [name + equals + quote(unquote(value), safe="-_.~") for name, equals, value in pairs]
    self._path = path + mark + "&".join(encoded)
    return made(self)


IAMRequestBase._create_aws_request = as_it_is_signed


def main():
    wishes = json.loads(sys.stdin.readline())
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]

    def client(service, key=None):
        key = key or {"AccessKeyId": "set-up", "SecretAccessKey": "set-up"}
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=f"http://127.0.0.1:{port}",
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    iam, kms = client("iam"), client("kms")
    iam.create_user(UserName="broker")
    access = iam.create_access_key(UserName="broker")["AccessKey"]
    iam.create_user(UserName="owner")
    owner = iam.create_access_key(UserName="owner")["AccessKey"]
    client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]
    for name, actions in (("owner", ["s3:*"]), ("broker", wishes["actions"])):
        allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        iam.put_user_policy(
            UserName=name,
            PolicyName="allowed",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
        )
    told = {"port": port, "id": access["AccessKeyId"], "secret": access["SecretAccessKey"], "keys": keys, "bucket": BUCKET}
    print(json.dumps(told), flush=True)
    s3 = client("s3", owner)
    for line in sys.stdin:
        print(json.dumps(done(s3, json.loads(line))), flush=True)
    server.stop()


def done(s3, asked):
    """What the owner of the bucket finds there, or puts there."""
    if asked["do"] == "names":
        return [found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    if asked["do"] == "uploads":
        return len(s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))
    if asked["do"] == "get":
        return s3.get_object(Bucket=BUCKET, Key=asked["name"])["Body"].read().hex()
    if asked["do"] == "put":
        s3.put_object(Bucket=BUCKET, Key=asked["name"], Body=bytes.fromhex(asked["content"]))
    if asked["do"] == "delete":
        s3.delete_object(Bucket=BUCKET, Key=asked["name"])
    return None


main()
