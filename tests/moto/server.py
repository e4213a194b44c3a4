"""AWS KMS that is not ours: moto, which checks signatures and permissions.

Reads one line of JSON, tells its port, an access key and two keys' ARNs in one, and ends with its standard input.
"""

import json
import logging
import os
import sys

# The calls below are taken unsigned; every later one must be signed, and be allowed.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "5"
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import boto3
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"


def main():
    wishes = json.loads(sys.stdin.readline())
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]

    def client(service):
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=f"http://127.0.0.1:{port}",
            aws_access_key_id="set-up",
            aws_secret_access_key="set-up",
        )

    iam, kms = client("iam"), client("kms")
    iam.create_user(UserName="broker")
    access = iam.create_access_key(UserName="broker")["AccessKey"]
    keys = [kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2)]
    allowed = {"Effect": "Allow", "Action": wishes["actions"], "Resource": "*"}
    iam.put_user_policy(
        UserName="broker",
        PolicyName="keys",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}),
    )
    told = {"port": port, "id": access["AccessKeyId"], "secret": access["SecretAccessKey"], "keys": keys}
    print(json.dumps(told), flush=True)
    sys.stdin.read()
    server.stop()


main()
