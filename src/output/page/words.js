// What the words of the page mean.

const WORDS = [
  ['recipient', 'One address of one message. A message to three people counts three times; ten messages to one address are ten recipients.'],
  ['address', 'A recipient\u2019s address, counted once however often mail was sent to it.'],
  ['row, record, event', 'A line of a log. Records are all lines; headers begin a file; events are what happened; rejects are lines that could not be read.'],
  ['health probe', 'Mail that Exchange sends to itself to see whether it works. It is not counted.'],
  ['duplicates', 'Rows that stand in two copies of a log. They count once.'],
  ['redundancy copies', 'Rows of the second copy that Exchange keeps of a message until it is delivered. They are no mail of their own and are not counted.'],
  ['rows that belong to no message', 'Notes of a server about itself, or of a mailbox, that name no message. They are normal.'],
  ['not in these logs', 'The servers, hours or hosts outside whose logs were not given: what happened there cannot be seen.'],
  ['handed-off', 'Sent on to a server of the organisation whose log is not here, or says no more of it.'],
  ['in-transit', 'Nothing final is in the logs: the mail was on its way when they end, or rows are missing.'],
  ['expanded', 'The address was a group and became its members; what became of these is not in the logs.'],
  ['deferred, waiting', 'The last try failed and the server will try again.'],
  ['dropped', 'Removed without a delivery report, by a rule, an agent or a moderator. That may be wanted.'],
  ['failed', 'Given up, and the sender was told by a delivery report.'],
  ['remote routing address', 'The address in the cloud that mail for a mailbox in Exchange Online is rewritten to (RemoteRoutingAddress).'],
  ['connector, next hop', 'The send connector by which mail left a server, and the host that took it.'],
  ['round, loop', 'Mail that leaves and comes back to the same server. Up to 6 times round: it came back 6 times.'],
  ['<>', 'The empty sender of delivery reports and other mail that nobody is to answer.'],
  ['severity', 'How bad it is: critical and high want somebody now; info is only good to know.'],
  ['confidence', 'How sure the finding is: certain, the log says so itself; high; medium, inferred from the logs; low, a guess. Check first.'],
  ['rule', 'The name of a kind of finding, such as gateway-loop. `mailtrail explain gateway-loop` says how it is proved and what mends it.'],
  ['p50, p90, p99', 'Half of the mail took no longer than p50, nine of ten no longer than p90, all but one in a hundred no longer than p99.'],
];

function glossary() {
  return h('section', { class: 'part', id: 'words', 'aria-labelledby': 'words-t' }, h('h2', { id: 'words-t' }, 'Words'),
    h('dl', { class: 'words' }, WORDS.map(([word, text]) => h('div', {}, h('dt', {}, word), h('dd', {}, ticked(text))))));
}
