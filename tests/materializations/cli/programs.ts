import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const CLIENT = readFileSync(
  resolve(import.meta.dirname, '../../../materializations/external/python/ottok_step.py'),
  'utf8',
)

/** A project whose assets are made by programs in Python and in the shell. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  'ottok_step.py': CLIENT,
  'definitions.ts': `
import { asset, daily, defineGraph, dynamic, effectAsset, externalAsset, objects, published, value, warehouse } from 'ottok'

const days = daily({ start: '2026-03-01', timezone: 'Europe/Moscow' })

export const spend = asset({
  key: 'raw/spend',
  partitions: days,
  store: warehouse,
  columns: { day: 'Date', user_id: 'UInt64', amount: 'Decimal(9, 2)', name: 'Nullable(String)' },
  orderBy: ['user_id'],
  files: ['spend.py', 'ottok_step.py'],
  materialize: (context) => context.runProgram({ command: ['python3', 'spend.py'], parameters: { users: 3 } }),
})

export const limit = asset({
  key: 'models/limit',
  deps: { spend },
  store: value,
  files: ['programs'],
  materialize: (context) =>
    context.runProgram({
      command: ['python3', 'limit.py'],
      cwd: 'programs',
      env: { PYTHONPATH: '..', MODE: 'strict' },
      inputs: { spend: 'csv' },
    }),
})

export const report = asset({
  key: 'reports/limit',
  deps: { limit, spend },
  store: objects({ extension: 'txt' }),
  files: ['report.sh'],
  materialize: (context) => context.runProgram({ command: ['sh', 'report.sh'], inputs: { spend: 'parquet' } }),
})

export const copy = asset({
  key: 'reports/copy',
  deps: { report },
  store: objects({ extension: 'txt' }),
  materialize: (context) =>
    context.runProgram({ command: ['python3', 'copy.py'], inputs: { report: 'file' } }),
})

export const doubled = asset({
  key: 'raw/again',
  partitions: days,
  deps: { spend },
  store: warehouse,
  columns: { day: 'Date', user_id: 'UInt64', name: 'Nullable(String)' },
  orderBy: ['user_id'],
  materialize: (context) => context.runProgram({ command: ['python3', 'again.py'], inputs: { spend: 'parquet' } }),
})

export const mart = asset({
  key: 'mart/spend',
  partitions: days,
  deps: { spend },
  store: published({
    schema: 'mart',
    table: 'spend',
    comment: 'What users spend.',
    columns: [
      { name: 'user_id', type: 'bigint', comment: 'The user.' },
      { name: 'amount', type: 'numeric', comment: 'Roubles.' },
    ],
    key: ['user_id'],
  }),
  materialize: (context) =>
    context.runProgram({ command: ['python3', 'mart.py'], inputs: { spend: 'jsonl' } }),
})

export const letter = effectAsset({
  key: 'delivery/letter',
  partitions: days,
  deps: { mart },
  files: ['letter.sh'],
  act: (context) => context.runProgram({ command: ['sh', 'letter.sh'] }),
})

export const campaigns = externalAsset({
  key: 'source/campaigns',
  partitions: dynamic('campaigns'),
  observe: async () => new Map(),
})

export default defineGraph({ assets: [campaigns, spend, limit, report, copy, doubled, mart, letter] })
`,
  'spend.py': `
import ottok_step

step = ottok_step.open()
step.log("making", rows=step.parameters["users"])
rows = []
for user in range(step.parameters["users"]):
    rows.append({"day": step.partition, "user_id": str(2**63 + user), "amount": 1.25 * user, "name": None if user else "é \\"x\\""})
    step.progress(user + 1, step.parameters["users"])
step.metadata(rows=len(rows))
step.result_rows(rows)
`,
  'programs/limit.py': `
import os
import ottok_step

step = ottok_step.open()
rows = list(step.rows("spend"))
assert os.environ["MODE"] == "strict"
assert "HIDDEN" not in os.environ
days = sorted({row["day"] for row in rows})
assert days == [one["partition"] for one in step.partitions("spend")], days
print("a line of its own")
step.metadata(users=len({row["user_id"] for row in rows}))
step.check("some_rows", len(rows) > 0)
step.result_value({"limit": max(float(row["amount"]) for row in rows), "days": len(days)})
`,
  'report.sh': `
set -e
file=$(sed -n 's/.*"file": "\\(.*\\)".*/\\1/p' "$OTTOK_CONTEXT")
head -c 4 "$file" > magic.txt
limit=$(sed -n 's/.*"limit": \\(.*\\),$/\\1/p' "$OTTOK_CONTEXT")
echo "$(cat magic.txt) $limit" > report.txt
rm magic.txt
echo '{"type":"metadata","values":{"by":"sh"}}' >> "$OTTOK_MESSAGES"
echo '{"type":"result","file":"report.txt"}' >> "$OTTOK_MESSAGES"
`,
  'letter.sh': `
echo sent >> letters.txt
echo '{"type":"metadata","values":{"sent":1}}' >> "$OTTOK_MESSAGES"
`,
  'copy.py': `
import ottok_step

step = ottok_step.open()
with open(step.partitions("report")[0]["file"]) as file:
    text = file.read()
step.add_partitions("campaigns", ["spring", "autumn"])
path = step.path("copy.txt")
with open(path, "w") as file:
    file.write("copy of " + text)
step.result_file(path)
`,
  'again.py': `
import ottok_step

step = ottok_step.open()
step.result_parquet(step.file("spend"))
`,
  'mart.py': `
import ottok_step

step = ottok_step.open()
step.result_rows([index + 1, row["amount"]] for index, row in enumerate(step.rows("spend")))
`,
}
