// Failures in plain words: the code, what it means, and who said so, so that two with one code can be told apart.

const CODE_WORDS = {
  '4.4.1': 'no connection', '4.4.2': 'connection broke off', '4.4.7': 'waited too long, given up', '4.7.0': 'put off by the other side', '5.0.0': 'refused',
  '5.1.0': 'bad address', '5.1.1': 'nobody has this address', '5.1.2': 'bad domain', '5.1.3': 'address is malformed', '5.1.8': 'sender is blocked', '5.1.10': 'nobody has this address',
  '5.2.1': 'mailbox is switched off, or quarantine', '5.2.2': 'mailbox is full', '5.2.3': 'too large for this mailbox', '5.2.14': 'forwarding is set wrongly',
  '5.3.2': 'server takes no mail', '5.3.4': 'message is too large', '5.4.1': 'refused or no answer', '5.4.4': 'domain or route not found', '5.4.6': 'too many hops: a loop',
  '5.4.14': 'too many hops: a loop', '5.4.300': 'waited too long, given up', '5.4.316': 'waited too long, given up', '5.6.0': 'content is broken',
  '5.7.1': 'not allowed', '5.7.12': 'not allowed', '5.7.57': 'sender did not log on', '5.7.64': 'taken for a stranger', '5.7.133': 'sender may not write here', '5.7.134': 'sender may not write here',
};
const EVENT_WORDS = {
  DROP: 'dropped', MODERATORREJECT: 'a moderator refused it', MODERATIONEXPIRE: 'no moderator answered in time', POISONMESSAGE: 'set aside as dangerous', BADMAIL: 'could not be read',
};
const SOURCE_WORDS = {
  SMTP: 'said by the host it was sent to', ROUTING: 'found here, by routing', STOREDRIVER: 'said by the mailbox database', QUEUE: 'given up here, in the queue', DNS: 'found here, by DNS',
  AGENT: 'by a transport rule or agent here', APPROVAL: 'by moderation', DSN: 'by delivery reports', MAILBOXRULE: 'by an inbox rule', PICKUP: 'in the pickup folder',
};

/** A line of the list: what its name says, and for the first of them what the report knows more. */
function failureAt(i) {
  const [, decision, code, tag, event, source] = /^(\S+)(?: (\d\.\d+\.\d+))?(?: (\S+))??(?: \((\S+) (\S+)\))?$/.exec(page.tops.statuses.names[i]) || [null, page.tops.statuses.names[i]];
  const more = report.failures && report.failures.first[i];
  return { decision, code, tag, event, source, text: null, domains: null, addresses: null, ...(more ? { text: more.text, domains: more.domains, addresses: more.addresses } : {}) };
}

/** What happened: the code and its words. */
function statusTitle(i) {
  const f = failureAt(i);
  const words = EVENT_WORDS[f.event] || CODE_WORDS[f.code] || (f.text ? clip(f.text, 60) : meaning('decision', f.decision) || f.decision);
  return (f.code ? f.code + ' ' : '') + words;
}

/** Who said so, and for whom. */
function statusSource(i) {
  const f = failureAt(i);
  const tag = f.tag ? f.tag.split('.').pop() : '';
  const domains = f.domains && f.domains.first.length ? 'for ' + clip(f.domains.first[0].name || 'no domain', 50) + (f.domains.total > 1 ? ' and ' + many(f.domains.total - 1, 'more domain') : '') : '';
  return [SOURCE_WORDS[f.source] || f.source, tag, domains].filter(Boolean).join(', ');
}

/** Who was hit, where the report names some: "nora@northwind.example (3), \u2026 and 7 more". */
function statusAddresses(i) {
  const { addresses } = failureAt(i);
  if (!addresses || !addresses.first.length) return '';
  const some = addresses.first.slice(0, 5);
  const more = addresses.total - some.length;
  return some.map(a => clip(a.name, 80) + (a.count > 1 ? ' (' + num(a.count) + ')' : '')).join(', ') + (more > 0 ? ' and ' + many(more, 'more address', 'more addresses') : '');
}

/** All that is known of a line, for its title. */
function statusWhole(i) {
  const f = failureAt(i);
  return [statusTitle(i), statusSource(i), page.tops.statuses.names[i], f.text, statusAddresses(i)].filter(Boolean).join('\n');
}

/** The table behind the list. */
function statusTable(lines, all, empty) {
  const hit = lines.some(x => statusAddresses(x.i));
  return grid('Status codes of failures', [{ name: 'Code' }, { name: 'Recipients', number: true }, { name: 'Of failures', number: true }, { name: 'Who said it' }, { name: 'Text of the log' }, ...(onPaper ? [] : [{ name: 'As logged' }]), ...(hit ? [{ name: 'Who was hit' }] : [])],
    lines.map(x => [named(statusTitle(x.i), 200), cell(x.n), percent(x.n, all), named(statusSource(x.i), 300), named(failureAt(x.i).text || '\u2013', 400), ...(onPaper ? [] : [named(page.tops.statuses.names[x.i], 200)]), ...(hit ? [named(statusAddresses(x.i), 500)] : [])]), empty);
}
