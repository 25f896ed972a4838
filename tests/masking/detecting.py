"""Extras for the detector's development: put together here, so that no scanner of sources takes a token for real.

Every item of SECRET holds a secret, none of HARMLESS does. The benchmark has a corpus of its own, which those who
write rules do not look at: these are theirs.
"""

from __future__ import annotations

import base64
import json
import random
import string
import uuid
from typing import Any

_LOT = random.Random(20)
UUID = str(uuid.UUID(int=_LOT.getrandbits(128), version=4))


def lot(length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
    """Characters drawn by lot, the same in every run."""
    return "".join(_LOT.choice(alphabet) for _ in range(length))


def octets(length: int) -> str:
    return base64.b64encode(_LOT.randbytes(length)).decode()


def hexadecimal(length: int) -> str:
    return lot(length, "0123456789abcdef")


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def pem(kind: str) -> str:
    dashes = "-" * 5
    body = "\n".join(octets(48) for _ in range(4))
    return f"{dashes}BEGIN {kind}{dashes}\n{body}\n{dashes}END {kind}{dashes}\n"


def jwt() -> str:
    parts = (json.dumps({"alg": "HS256", "typ": "JWT"}), json.dumps({"sub": "etl", "iat": 1700000000}))
    return ".".join([*(encoded(part).rstrip("=") for part in parts), lot(43)])


KUBECONFIG = f"""apiVersion: v1
kind: Config
clusters:
- name: c
  cluster: {{server: https://k8s.example.com:6443, certificate-authority-data: {encoded(pem("CERTIFICATE"))}}}
users:
- name: etl
  user:
"""
SERVICE_ACCOUNT = {
    "type": "service_account",
    "project_id": "p",
    "private_key_id": hexadecimal(40),
    "private_key": pem("PRIVATE KEY"),
    "client_email": "etl@p.iam.gserviceaccount.com",
    "client_id": "112233445566778899001",
    "token_uri": "https://oauth2.googleapis.com/token",
    "client_x509_cert_url": "https://www.googleapis.com/robot/v1/metadata/x509/etl",
}
EXTERNAL_ACCOUNT = {
    "type": "external_account",
    "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
    "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
    "token_url": "https://sts.googleapis.com/v1/token",
    "credential_source": {"file": "/var/run/secrets/token", "format": {"type": "text"}},
}

_TOKENS = [
    "gh" + "p_" + lot(36),
    "github" + "_pat_" + lot(22) + "_" + lot(59),
    "gl" + "pat-" + lot(20),
    "xo" + "xb-" + lot(12, "0123456789") + "-" + lot(24),
    "xa" + "pp-1-A" + lot(10) + "-" + lot(60),
    "AI" + "za" + lot(35),
    "ya" + "29." + lot(60),
    "GOC" + "SPX-" + lot(28),
    "sk" + "_live_" + lot(24),
    "rk" + "_test_" + lot(24),
    "S" + "G." + lot(22) + "." + lot(43),
    "SK" + hexadecimal(32),
    "np" + "m_" + lot(36),
    "py" + "pi-AgEIcHlwaS5vcmc" + lot(60),
    "da" + "pi" + hexadecimal(32),
    "h" + "f_" + lot(34),
    "s" + "k-" + lot(48),
    "s" + "k-proj-" + lot(48),
    "s" + "k-ant-api03-" + lot(90),
    lot(10, "0123456789") + ":AA" + lot(33),
    "M" + lot(23) + "." + lot(6) + "." + lot(27),
    "shp" + "at_" + hexadecimal(32),
    "hv" + "s." + lot(90),
    "dop_v1_" + hexadecimal(64),
    "gl" + "sa_" + lot(32) + "_" + hexadecimal(8),
    "dckr" + "_pat_" + lot(27),
    "NR" + "AK-" + lot(27, string.ascii_uppercase),
    "ATA" + "TT3x" + lot(180),
    "lin_" + "api_" + lot(40),
    "key-" + hexadecimal(32),
    hexadecimal(32) + "-us12",
    "xkeysib-" + hexadecimal(64) + "-" + lot(16),
    lot(3) + "8Q~" + lot(34),
    jwt(),
    "AGE-SECRET-KEY-1" + lot(58, string.ascii_uppercase),
    "tskey-auth-" + lot(12) + "-" + lot(32),
    "pscale" + "_tkn_" + lot(43),
    "dbt" + "u_" + lot(40),
    "PM" + "AK-" + hexadecimal(24) + "-" + hexadecimal(34),
]

SECRET: list[Any] = [
    *({"note": token} for token in _TOKENS),
    *({"header": f"Bearer {token}"} for token in _TOKENS[:3]),
    # names
    *(
        {key: "hunter2"}
        for key in """password passwd pwd pass db_pass dbPass DB_PASSWORD PGPASSWORD ssl.key.password
      sasl.password keystore-password truststorePassword storepass keypass passphrase private_key_passphrase
      key_passphrase secret client_secret clientSecret app-secret appsecret api_secret sharedSecret token access_token
      bot_token apiToken X-Auth-Token X-Vault-Token PRIVATE-TOKEN refreshToken security_token apikey api_key apiKey
      API-KEY x-api-key Ocp-Apim-Subscription-Key account_key accountKey AccountKey SharedAccessKey
      shared_access_key sas_token secret_key secretKey SECRET_KEY aws_secret_access_key aws_session_token
      encryption_key signing_key master_key fernet_key jwt_secret cookie_secret psk pre_shared_key webhook_token
      passwort kennwort contraseña mot_de_passe senha wallet_password smtp_pw rootpw adminPassword bind_password
      ldap_bind_pw proxy_password jdbc_password userpass passcode credential bearer_token personal_access_token pat
      extra__snowflake__password extra__jdbc__passwd extra__azure__client_secret spark.hadoop.fs.s3a.secret.key
      fs.azure.account.key.store.dfs.core.windows.net oauth2_client_secret consumer_secret app_key access_key_secret
      accessKeySecret SecretAccessKey sslpassword ssl_key_password key_password id_token secret_id developer_token
      authorization Authorization private_token license_key radius_secret snmp_auth_password hmac_secret
      verify_token reset_token cache_password store_password host_password input_password""".split()
    ),
    {"password": 1234},
    {"pin": 4711},
    {"pin": "4711"},
    {"db_password": "20240101"},
    {"passwd": "0000"},
    {"password": "password"},
    {"password": "changeit"},
    {"password": "admin"},
    {"password": "minioadmin"},
    {"password": "correct horse battery staple"},
    {"password": UUID},
    {"client_secret": UUID},
    {"token": UUID},
    {"api_key": hexadecimal(32)},
    {"secret": hexadecimal(64)},
    {"secret": octets(32)},
    {"aws_secret_access_key": "/" + lot(18) + "/" + lot(20)},
    {"password": "$ecret!"},
    {"password": "P@ss/w0rd"},
    {"password": "Enter!123"},
    {"password": "a{b}c"},
    {"primary_key": octets(64)},
    {"primaryMasterKey": octets(64)},
    {"key1": octets(64)},
    {"key": lot(40)},
    {"key": "AI" + "za" + lot(35)},
    {"auth": octets(30)},
    {"signature": hexadecimal(64)},
    {"sig": octets(32)},
    {"seed": lot(32, string.ascii_uppercase + "234567")},
    {"totp_seed": lot(16, string.ascii_uppercase + "234567")},
    {"mfa": lot(32, string.ascii_uppercase + "234567")},
    {"mnemonic": "river stone apple train cloud happy table lemon music ocean paper tiger"},
    {"cookie": f"sessionid={lot(32)}; csrftoken={lot(32)}"},
    {"headers": {"Cookie": f"JSESSIONID={hexadecimal(32).upper()}"}},
    {"session_id": lot(32)},
    {"routing_key": hexadecimal(32)},
    {"integration_key": hexadecimal(32)},
    # objects and lists
    {"keyfile_dict": SERVICE_ACCOUNT},
    {"keyfile_dict": json.dumps(SERVICE_ACCOUNT)},
    {"x": json.dumps(json.dumps(SERVICE_ACCOUNT))},
    {"service_account_json": json.dumps(SERVICE_ACCOUNT)},
    {"config": encoded(json.dumps(SERVICE_ACCOUNT))},
    SERVICE_ACCOUNT,
    {"credentials": {"username": "etl", "password": "x1"}},
    {"basic_auth": ["etl", "hunter2"]},
    {"auth": ["etl", "hunter2"]},
    {"auth": "etl:hunter2"},
    {"http_auth": "elastic:changeme"},
    {"basic.auth.user.info": "key:" + lot(20)},
    {"auth": {"user": "etl", "pass": "x1"}},
    {"passwords": {"alice": "hunter2"}},
    {"passwords": ["hunter2", "hunter3"]},
    {"tokens": {"alice": lot(24)}},
    {"api_keys": [lot(32)]},
    {"secrets": {"warehouse": "S3cret!pw"}},
    {"password": {"value": "hunter2"}},
    {"token": {"current": "abc", "previous": "abd"}},
    {"env": [{"name": "DB_PASSWORD", "value": "hunter2"}]},
    {"headers": [{"key": "X-Api-Key", "value": "abc1"}]},
    {"headers": [["Authorization", f"Bearer {lot(24)}"]]},
    {"args": ["--password", "hunter2"]},
    {"args": ["--token=abc1"]},
    {"jwk": {"kty": "RSA", "n": lot(300), "e": "AQAB", "d": lot(300)}},
    {"keys": [{"kty": "oct", "k": lot(43)}]},
    {"auths": {"registry.example.com": {"auth": encoded("etl:hunter2")}}},
    {".dockerconfigjson": encoded(json.dumps({"auths": {"r": {"auth": encoded("etl:hunter2")}}}))},
    {"password": {"type": "string", "default": "hunter2"}},
    {"kube_config": json.dumps({"users": [{"name": "a", "user": {"token": jwt()}}]})},
    {"kube_config": KUBECONFIG + f"    token: {lot(40)}\n"},
    {"kube_config": KUBECONFIG + f"    client-key-data: {encoded(pem('RSA PRIVATE KEY'))}\n"},
    {"manifest": f"kind: Secret\ndata:\n  password: {encoded('hunter2')}\n"},
    # texts
    *(
        {"private_key": pem(kind)}
        for kind in ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
    ),
    {"cert": pem("CERTIFICATE") + pem("PRIVATE KEY")},
    {"x": encoded(pem("PRIVATE KEY"))},
    {"private_key_content": octets(300)},
    {"x": pem("PGP PRIVATE KEY BLOCK")},
    {"x": "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\nAAAA\n"},
    *(
        {"x": text.replace("PW", "hunter2")}
        for text in (
            "postgresql://etl:PW@db:5432/sales",
            "redis://:PW@cache:6379/0",
            "amqp://guest:guest@mq//",
            "mongodb+srv://u:PW@c.example.net/?w=1",
            "host=h user=u password=PW dbname=d",
            "Server=h;Database=d;User Id=sa;Password=PW;",
            "DRIVER={ODBC};SERVER=h;UID=sa;pwd=PW",
            "jdbc:sqlserver://h:1433;databaseName=d;user=sa;password=PW",
            "jdbc:postgresql://h/d?user=u&password=PW",
            "jdbc:oracle:thin:scott/PW@//h:1521/x",
            "scott/PW@h:1521/x",
            "sqlplus scott/PW@orcl",
            "etl:PW@db.example.com:5432/sales",
            "db.example.com:5432:sales:etl:PW",
            "machine h login etl password PW",
            "curl -u etl:PW https://h/",
            "curl --user etl:PW https://h",
            "mysql -h h -u root -pPW db",
            "sshpass -p PW ssh h",
            "redis-cli -a PW ping",
            "docker login -u x -p PW r",
            "ldapsearch -x -w PW -b dc=x",
            "psql --password PW",
            "tool --api-key PW --x",
            "tool --client-secret=PW",
            "echo PW | sudo -S ls",
            "openssl rsa -passin pass:PW",
            "-Djavax.net.ssl.keyStorePassword=PW",
            "export DB_PASSWORD=PW",
            "PGPASSWORD=PW psql",
            "<password>PW</password>",
            '<add key="ApiKey" value="PW"/>',
            "password: PW",
            "user: u\npassword: PW\n",
            "{password: PW, user: u}",
            "user=u|password=PW",
            "The password is Hunter2",
            "pw: hunter2",
            "login with admin / S3cret!x",
            "the DB password for etl is still 'Hunter2'",
            "password = PW",
            "org.apache.kafka.common.security.plain.PlainLoginModule required username='u' password='PW';",
            "{'password': 'PW', 'user': 'u'",
            '{"password": "PW", }',
            "CREATE USER x IDENTIFIED BY password 'PW'",
            "X-Api-Key: PW",
            "smbclient //h/s -U etl%PW",
            "ALTER USER x WITH PASSWORD 'PW'",
            "user=etl&passwd=PW",
            "https://h/x?api_key=PW",
            "https://h/x?access_token=PW",
            "postgresql%3A%2F%2Fetl%3APW%40h%2Fd",
            "net.user=a\nnet.password=PW",
        )
    ),
    {
        "x": "https://acct.blob.core.windows.net/c?sv=2022-11-02&sp=r&sig="
        + octets(32).replace("+", "%2B").replace("=", "%3D")
    },
    {"x": "https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA/x&X-Amz-Signature=" + hexadecimal(64)},
    {"x": "https://storage.googleapis.com/b/k?X-Goog-Signature=" + hexadecimal(128)},
    {"x": "https://f.azurewebsites.net/api/f?code=" + lot(54) + "=="},
    {"x": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=" + octets(64) + ";EndpointSuffix=core.windows.net"},
    {"x": "Endpoint=sb://n.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=" + octets(32)},
    {"x": "AccountEndpoint=https://c.documents.azure.com:443/;AccountKey=" + octets(64)},
    {"sas": "?sv=2022-11-02&ss=b&srt=sco&sp=r&sig=" + lot(43) + "%3D"},
    {"sas_token": "sv=2022&sig=" + lot(43)},
    {"x": "https://hooks.slack.com/services/" + "T" + lot(8).upper() + "/B" + lot(8).upper() + "/" + lot(24)},
    {"x": "https://discord.com/api/webhooks/123456789012345678/" + lot(68)},
    {
        "x": "https://acme.webhook.office.com/webhookb2/"
        + UUID
        + "@"
        + UUID
        + "/IncomingWebhook/"
        + hexadecimal(32)
        + "/"
        + UUID
    },
    {"x": "https://chat.googleapis.com/v1/spaces/A/messages?key=AI" + "za" + lot(35) + "&token=" + lot(43)},
    {"x": "https://hooks.zapier.com/hooks/catch/123456/" + lot(7)},
    {"x": "https://mm.example.com/hooks/" + lot(26, string.ascii_lowercase + string.digits)},
    {"x": "https://hc-ping.com/" + UUID},
    {"x": "https://oapi.dingtalk.com/robot/send?access_token=" + hexadecimal(64)},
    {"webhook_url": "https://example.com/notify/" + lot(24)},
    {"webhook_endpoint": "webhooks/123456789012345678/" + lot(68)},
    {"x": "https://" + "gh" + "p_" + lot(36) + "@github.com/a/b.git"},
    {"x": "https://" + lot(30) + "@h/x"},
    {"x": "Authorization: Basic " + encoded("etl:hunter2")},
    {"x": "Basic " + encoded("etl:hunter2")},
    {"x": "Bearer " + lot(32)},
    {"x": "Authorization: Token " + hexadecimal(40)},
    {"headers": {"Authorization": "Basic " + encoded("etl:hunter2")}},
    {"headers": '{"Authorization": "Bearer ' + lot(24) + '"}'},
    {"x": "curl -H 'Authorization: Bearer " + lot(24) + "'"},
    {"x": "${DB_PASSWORD:-hunter2}"},
    {"password": "${DB_PASSWORD:hunter2}"},
    {"password": "{{ var.value.get('pw', 'hunter2') }}"},
    {"password": "{{ env.PW | default('hunter2') }}"},
    {"opaque": lot(40)},
    {"x": octets(40)},
    {"blob": octets(60)},
    {"option": hexadecimal(8) + lot(30)},
    {"proxies": {"https": "http://u:hunter2@proxy:3128"}},
    {"proxy": "http://u:hunter2@proxy:3128"},
    "password=hunter2",
    "sk" + "_live_" + lot(24),
    '{"token": "abc",',
    "user=etl\npassword=hunter2",
    "postgres://u:hunter2@h/d",
    "aws_access_key_id = AKIA" + lot(16, string.ascii_uppercase) + "\naws_secret_access_key = " + lot(40),
]

_REFERENCES = """vault:secret/data/x vault://secret/x#password arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-x1Y2z3
  projects/p/secrets/db/versions/latest op://team/db/password env:DB_PASSWORD env://DB_PASSWORD ${DB_PASSWORD} $DB_PASSWORD
  $(cat&/run/secrets/x) {{&var.value.db_password&}} {{&conn.x.password&}} %(password)s <password> *** ******** •••••• xxxxxx XXXXXXXX [REDACTED]
  <redacted> REDACTED /run/secrets/db_password ~/.ssh/id_rsa C:\\secrets\\pw.txt file:///run/secrets/db awssm:prod/db
  @Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/db/) https://v.vault.azure.net/secrets/db YOUR_PASSWORD your-api-key-here
  CHANGE_ME REPLACE_ME TODO &none None null true false n/a DB_PASSWORD secret/data/airflow/db ssm:/airflow/db gcp-sm://db sops:secrets.yaml#db
  ref+vault://secret/db#pw ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str] {{resolve:secretsmanager:db:SecretString:password}} keyring:airflow/db
  not&set see&the&vault&of&the&team stored&in&1Password #{DB_PASSWORD}# __DB_PASSWORD__ %DB_PASSWORD% {password} /airflow/connections/db
  your_token <your&token&here> ... todo set&by&the&operator secrets/{{&env&}}/db""".split()

HARMLESS: list[Any] = [
    *({"password": one.replace("&", " ")} for one in _REFERENCES),
    *({"api_key": one.replace("&", " ")} for one in _REFERENCES),
    *(
        {key: "wonderful"}
        for key in """token_url token_uri token_type token_endpoint secret_name secret_arn secretName secret_path secrets_backend
      password_policy password_encryption auth_type authenticator auth_mechanism key_id public_key private_key_path private_key_file keyfile_path
      key_path client_id clientId primary_key partition_key sort_key foreign_key tokenizer passthrough pass_through compass bypass author authority
      monkey keyboard turkey keyspace keyword keywords keepalives password_field token_header api_key_name api_key_header passfile sslcert
      credential_type credentials_provider credentials_path secret_version password_env token_env secret_ref secret_id_path access_key_id
      cookie_name cookie_domain session_timeout token_audience token_issuer token_scope key_type key_alias kms_key_id kms_key_arn key_vault_name
      sort_keys_by auth_method signature_version signing_algorithm webhook_name oauth_scopes hostkey host_key key_serializer
      key.deserializer value.serializer sasl.mechanism security.protocol password_hint sas_expiry passphrase_env tokens_table""".split()
    ),
    *(
        {key: number}
        for key, number in {
            "max_tokens": 4096,
            "token_ttl": 3600,
            "password_min_length": 12,
            "token_count": 5,
            "secret_version": 3,
            "key_size": 2048,
            "seed": 42,
            "random_seed": 12345,
            "tokens": 1000,
            "max_output_tokens": 8192,
            "password_expiry_days": 90,
            "port": 5432,
        }.items()
    ),
    *(
        {key: UUID}
        for key in """tenant_id client_id subscription_id x cluster managed_identity_client_id key_id token_id secret_id_accessor correlation""".split()
    ),
    *({key: hexadecimal(40)} for key in "commit sha checksum digest etag private_key_id fingerprint x".split()),
    {"sha256": hexadecimal(64)},
    {"x": "sha256:" + hexadecimal(64)},
    {"image": "registry/app@sha256:" + hexadecimal(64)},
    {"integrity": "sha384-" + octets(48)},
    {"cert": pem("CERTIFICATE")},
    {"public_key": pem("PUBLIC KEY")},
    {"x": pem("CERTIFICATE")},
    {"x": encoded(pem("CERTIFICATE"))},
    {"private_key": pem("PUBLIC KEY")},
    {"host_key": "AAAAB3NzaC1yc2E" + octets(200)},
    {"host_key": "AAAAC3NzaC1lZDI1NTE5AAAAI" + lot(43)},
    {"x": "ssh-rsa AAAAB3NzaC1yc2E" + octets(200) + " etl@h"},
    {"known_hosts": "h ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + lot(43)},
    {"aws_access_key_id": "AKIA" + lot(16, string.ascii_uppercase)},
    {"access_key": "AKIA" + lot(16, string.ascii_uppercase)},
    {"role_arn": "arn:aws:iam::123456789012:role/airflow"},
    {"kms": "arn:aws:kms:eu-west-1:123456789012:key/" + UUID},
    {"x": "postgresql://etl@db:5432/sales?sslmode=require"},
    {"x": "http://h:8080/path?mail=a@b.com"},
    {"x": "https://accounts.example.com/oauth2/token"},
    {"x": "host=h user=u dbname=d sslmode=require"},
    {"x": "Server=h;Database=d;Integrated Security=true;"},
    {"x": "jdbc:postgresql://h:5432/d?ssl=true"},
    {"x": "postgresql://u:${PGPASSWORD}@h/d"},
    {"x": "postgresql://u:***@h/d"},
    {"x": "postgresql://{{ conn.x.login }}:{{ conn.x.password }}@h/d"},
    {"x": "host=h password={{ var.value.pw }}"},
    {"x": "password=${PW}"},
    {"x": "Server=h;Pwd=%DB_PWD%;"},
    {"x": "host=h password=*** user=u"},
    {"headers": {"Authorization": "Bearer {{ var.value.token }}"}},
    {"headers": {"Authorization": "Bearer ${TOKEN}"}},
    {"Authorization": "Bearer <token>"},
    {"x": "curl -u $USER:$PASS https://h"},
    {"x": "--password-file /run/secrets/pw --max-tokens 5"},
    {"x": "--token-file=/run/t"},
    {"args": ["--password-file", "/run/pw"]},
    {"x": "password is stored in the vault"},
    {"x": "The token is rotated every 30 days"},
    {"description": "password: see the wiki"},
    {"x": "password required"},
    {"password": {"valueFrom": {"secretKeyRef": {"name": "airflow", "key": "password"}}}},
    {"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "a", "key": "pw"}}}]},
    {
        "password": {
            "type": "AzureKeyVaultSecret",
            "store": {"referenceName": "kv", "type": "LinkedServiceReference"},
            "secretName": "db",
        }
    },
    {"secretKeyRef": {"name": "db", "key": "password"}},
    {"placeholders": {"password": "the password of the user"}},
    {"relabeling": {"password": "API Key"}},
    {"labels": {"token": "Access Token"}},
    {"properties": {"password": {"type": "string", "title": "Password"}}},
    {"column_mapping": {"password": "pwd_hash"}},
    {"hidden_fields": ["password", "token"]},
    {"keyfile_dict": EXTERNAL_ACCOUNT},
    {"keyfile_dict": json.dumps(EXTERNAL_ACCOUNT)},
    EXTERNAL_ACCOUNT,
    {"kube_config": KUBECONFIG + "    exec: {command: aws, args: [eks, get-token]}\n"},
    {"jwk": {"kty": "RSA", "n": lot(300), "e": "AQAB", "kid": lot(20), "use": "sig"}},
    {"auth": "basic"},
    {"auth": "kerberos"},
    {"auth": {"type": "oauth2", "token_url": "https://h/t"}},
    {"signature": "v4"},
    {"credentials": "default"},
    {"token": ""},
    {"password": None},
    {"secret": False},
    {"primary_key": "order_id"},
    {"key": "orders/2024/01/data.parquet"},
    {"partition_key": "customer_id"},
    {"routing_key": "orders.created"},
    {"keys": ["id", "name"]},
    {"credentials_provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider"},
    {"class": "com.example.security.TokenAuthenticator"},
    {"next_page_token": "abc"},
    {"pad_token": "<pad>"},
    {"eos_token": "</s>"},
    {"mask_token": "[MASK]"},
    {"spreadsheet_id": lot(44)},
    {"document_id": lot(40)},
    {"folder": lot(33)},
    {"kid": lot(27)},
    {"cluster_id": "0923-164208-meows279"},
    {"account": "xy12345.eu-west-1"},
    {"warehouse": "COMPUTE_WH", "role": "TRANSFORMER", "database": "ANALYTICS"},
    {"bucket": "acme-data-lake-prod-eu-west-1-2024"},
    {"x": "etl-cluster-20240101-eu-west-1a"},
    {"x": "com.mysql.cj.jdbc.Driver"},
    {"x": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
    {"ciphers": "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256"},
    {"options": "-c statement_timeout=30000 -c search_path=sales"},
    {"x": "2024-01-01T00:00:00Z"},
    {"x": "user:etl@example.com"},
    {"x": "serviceAccount:etl@p.iam.gserviceaccount.com"},
    {"x": "actions/checkout@v4"},
    {"x": "git@github.com:org/repo.git"},
    {"principal": "airflow/host.example.com@EXAMPLE.COM"},
    {"x": "docker.io/library/postgres:16"},
    {"conn_str_env": "AZURE_CONNECTION_STRING"},
    {"x": "UseDevelopmentStorage=true"},
    {"dsn": "https://sentry.example.com/42"},
    {"email": "etl@example.com"},
    {"x": "SELECT password FROM users"},
    {"query": "SELECT token, secret FROM t WHERE key = 'x'"},
    {"x": "plain words only"},
    {"auth": ["basic", "digest"]},
    {"scopes": ["https://www.googleapis.com/auth/cloud-platform"]},
    {"x": "a:b"},
    {"time": "12:30"},
    {"image": "repo/app:1.2.3"},
    {"stripe_publishable": "pk" + "_live_" + lot(24)},
    {"x": "gAAAAA" + lot(80)},
    {"secret": "airflow-db-credentials"},
    {"image_pull_secret": "registry-credentials"},
    {"consumer_key": lot(25), "consumer_secret": "${X}"},
    {"tls": {"ca": "/etc/ca.pem", "cert": "/etc/c.pem", "key": "/etc/k.pem"}},
    {"key": "client.key"},
    "host=h user=u",
    "{}",
    "plain text",
    "postgres://u@h/d",
    '{"host": "h",',
    "sslmode=require",
    "a b c",
]
