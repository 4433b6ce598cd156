# Makes the data directory with the databases, once: it appears whole or not at all.
set -eu
[ -s /data/pgdata/PG_VERSION ] && exit 0
rm -rf /data/part
initdb -D /data/part -U kzocds --pwfile=/secrets/password --auth=scram-sha-256 --encoding=UTF8 \
	--lc-collate=C --lc-ctype=C.UTF-8 --lc-messages=C --lc-monetary=C --lc-numeric=C --lc-time=C --no-sync
echo 'host all all all scram-sha-256' >>/data/part/pg_hba.conf
for name in kzocds temporal temporal_visibility; do
	echo "CREATE DATABASE $name TEMPLATE template0" | postgres --single -D /data/part -c dynamic_shared_memory_type=mmap postgres
done
mv /data/part /data/pgdata
