'use strict';
document.documentElement.classList.add('scripted');

// Sorting: a press turns the order of a column; cells without a value stay last.
for (const button of document.querySelectorAll('button.sort')) {
  button.addEventListener('click', () => {
    const th = button.closest('th');
    const rows = th.closest('table').tBodies[0].rows;
    const column = [...th.parentNode.children].indexOf(th);
    const first = th.dataset.first || 'ascending';
    const other = first === 'ascending' ? 'descending' : 'ascending';
    const order = th.getAttribute('aria-sort') === first ? other : first;
    for (const head of th.parentNode.children) head.removeAttribute('aria-sort');
    th.setAttribute('aria-sort', order);
    const sign = order === 'ascending' ? 1 : -1;
    const valueOf = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
    const compare = (a, b) => {
      const [x, y] = [valueOf(a), valueOf(b)];
      if (x === '' || y === '') return (x === '' ? 1 : 0) - (y === '' ? 1 : 0);
      const difference = Number(x) - Number(y);
      return sign * (Number.isNaN(difference) ? x.localeCompare(y, 'en') : difference);
    };
    const sorted = [...rows].sort(compare);
    sorted[0]?.parentNode.append(...sorted);
  });
}

// Copying a command; where the clipboard is closed to pages, the command is selected instead.
for (const button of document.querySelectorAll('button.copy')) {
  button.addEventListener('click', async () => {
    const code = button.parentNode.querySelector('code');
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = 'Selected';
    }
    setTimeout(() => (button.textContent = 'Copy'), 1500);
  });
}

// Paper has no folds to open.
let opened = [];
addEventListener('beforeprint', () => {
  opened = [...document.querySelectorAll('details:not([open])')];
  for (const details of opened) details.open = true;
});
addEventListener('afterprint', () => {
  for (const details of opened) details.open = false;
});
