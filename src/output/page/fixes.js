// What to run: looking apart from changing, and to be copied only where it can be run as it stands.

/** Does a command only look? What is got may be handed on to what changes it. */
function looks(command) {
  const bare = command.replace(/'[^']*'/g, '');
  return /^(Get-|Test-|Resolve-|repadmin |\(Get-)/.test(bare) && !/\b(Set|Remove|New|Add|Enable|Disable|Clear|Start|Restart|Update)-/.test(bare);
}

/** What has to be filled in before a command can run. A message-id in angle brackets is none. */
function toFillIn(lines) {
  const found = lines.flatMap(line => line.split('  #')[0].match(/<[^<>@]*[A-Za-z][^<>@]*>/g) || []);
  return [...new Set(found)];
}

/** A fix in steps of one kind each, in its order: `{kind, lines}`; comments go with what they stand before. */
function stepsOf(fix) {
  const steps = [];
  let notes = [];
  let where = null;
  for (const line of fix.split('\n').filter(x => x.trim())) {
    if (line.startsWith('#')) {
      notes.push(line);
      where = /^# (in Exchange Online|here):/.test(line) ? line : null;
      continue;
    }
    const kind = line.startsWith('mailtrail ') ? 'trail' : looks(line) ? 'check' : 'change';
    const last = steps[steps.length - 1];
    // Where it is to be run is said again for a step of its own.
    const before = notes.length || !where || (last && last.kind === kind) ? notes : [where];
    if (last && last.kind === kind) last.lines.push(...before, line);
    else steps.push({ kind, lines: [...before, line] });
    notes = [];
  }
  if (notes.length) steps.push({ kind: 'note', lines: notes });
  return steps;
}

function stepHeading(step, k, steps) {
  const checked = steps.slice(0, k).some(x => x.kind === 'check');
  if (step.kind === 'trail') return 'On the machine where mailtrail and the logs are';
  if (step.kind === 'check') return checked ? 'Check also' : steps.some(x => x.kind === 'change') ? 'Check first' : 'Check';
  if (step.kind === 'note') return '';
  return checked ? 'Then, only if that is so' : 'To change it, once you know that this is the cause';
}

/** The steps of a fix, each with a button of its own. */
function fixSteps(fix) {
  const steps = stepsOf(fix);
  return h('div', { class: 'todos' }, steps.map((step, k) => {
    const text = step.lines.join('\n');
    const code = codedLines(step.lines);
    const fill = toFillIn(step.lines);
    const button = h('button', { type: 'button', class: 'copy', onclick: () => copy(text, code, button) }, 'Copy');
    const note = fill.length > 0 && h('span', { class: 'fillin' }, 'Fill in ' + fill.map(x => clip(x, 60)).join(', ') + ' first');
    return h('div', { class: 'todo ' + step.kind },
      step.kind !== 'note' && h('div', { class: 'fixhead' }, h('h3', {}, stepHeading(step, k, steps)), note || button),
      h('pre', { class: 'fix', tabindex: '0' }, code));
  }));
}
