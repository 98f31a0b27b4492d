// Puts the page together, and draws it anew for another width and for paper.

function explorer() {
  return h('section', { class: 'part', id: 'explore', 'aria-labelledby': 'explore-t' },
    h('div', { class: 'head' }, h('h2', { id: 'explore-t' }, 'Where the mail went')),
    filterBar(),
    h('div', { class: 'panels' }, ends(), flow(), volume(), !oneDay && heat(), sizes(), latency(), tops(), queue()));
}

function ending() {
  const lists = [];
  if (page.cut && page.cut.length) lists.push(h('h2', {}, 'What is not on this page'), h('ul', { class: 'cut' }, page.cut.map(c => h('li', {}, ticked(clip(c, 400))))));
  if (report.left_out && report.left_out.length) {
    lists.push(h('details', { class: 'behind' }, h('summary', {}, many(report.left_out.length, 'file') + ' left out'),
      grid('Files left out', [{ name: 'File' }, { name: 'Why' }], report.left_out.slice(0, 200).map(f => [named(f.name, 100), named(f.reason, 200)]))));
  }
  if (report.files && report.files.length) {
    lists.push(h('details', { class: 'behind' }, h('summary', {}, allOf('files') === null ? 'Files read' : many(allOf('files'), 'file') + ' read' + (allOf('files') > report.files.length ? ', the first ' + num(report.files.length) + ' here' : '')),
      grid('Files read', [{ name: 'File' }, { name: 'Records', number: true }, { name: 'Size', number: true }, { name: 'Rejects', number: true }, { name: 'Note' }],
        report.files.map(f => [named(f.name, 100), cell(f.records), cell(f.bytes, bytes), cell(f.rejects), f.note ? named(f.note, 100) : '']))));
  }
  document.getElementById('end').append(glossary(), ...lists,
    h('p', { class: 'quiet' }, 'Made by ' + page.tool + '. The page is complete in itself and asks nothing of any network. The same figures: ', h('code', {}, 'mailtrail report --format text'), ', ', h('code', {}, 'md'), ', ', h('code', {}, 'json'), '.'));
}

// ---- paper ----

let opened = [];

/** All that is folded is opened, and drawn for the width of a sheet. */
function beforePaper() {
  if (onPaper) return;
  onPaper = true;
  document.documentElement.classList.add('paper');
  findings.all();
  // Of the messages of the first findings one each is printed whole; of the others subject and time.
  opened = [...document.querySelectorAll('details:not([open])')].filter(d => !d.matches('.sample') || (d.matches(':first-of-type') && d.querySelector('.body > *')));
  for (const d of opened) d.open = true;
  for (const p of panels) p.draw();
}

function afterPaper() {
  if (!onPaper) return;
  onPaper = false;
  document.documentElement.classList.remove('paper');
  for (const d of opened) d.open = false;
  opened = [];
  findings.some();
  for (const p of panels) p.draw();
}

function start() {
  overview();
  document.getElementById('main').append(findings(), explorer());
  ending();
  measure();
  refresh();
  for (const p of panels) if (!p.live) p.draw();
  let width = innerWidth;
  let later = 0;
  addEventListener('resize', () => {
    if (innerWidth === width || onPaper) return;
    width = innerWidth;
    clearTimeout(later);
    later = setTimeout(() => {
      measure();
      for (const p of panels) p.draw();
    }, 120);
  });
  addEventListener('beforeprint', beforePaper);
  addEventListener('afterprint', afterPaper);
  matchMedia('print').addEventListener('change', e => (e.matches ? beforePaper() : afterPaper()));
}

start();
