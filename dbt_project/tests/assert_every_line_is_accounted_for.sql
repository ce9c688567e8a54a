select * from {{ ref('load_ledger') }}
where accepted + duplicates + quarantined + blank <> lines
