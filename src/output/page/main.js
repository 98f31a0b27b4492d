'use strict';
// A place for the page: its verdict, as text.
document.getElementById('main').textContent = JSON.parse(document.getElementById('data').textContent).report.verdict;
