"use strict";
(() => {
  const FEW = 10;
  const value = cell => {
    const text = cell.dataset.v ?? cell.textContent.replaceAll(",", "");
    const number = text === "" ? NaN : Number(text);
    return Number.isNaN(number) ? cell.textContent : number;
  };
  const compare = (one, two) =>
    typeof one === "number" && typeof two === "number" ? one - two : String(one).localeCompare(String(two), "en", { numeric: true });

  for (const grid of document.querySelectorAll(".grid")) {
    const table = grid.querySelector("table");
    const body = table.tBodies[0];
    if (body.rows.length < 3) continue;
    let words = "", all = body.rows.length <= FEW + 2;
    // On paper, instead of the button.
    const printed = document.createElement("p");
    printed.className = "more printed";
    grid.after(printed);
    const show = () => {
      let shown = 0;
      for (const row of body.rows) {
        const fits = row.textContent.toLowerCase().includes(words);
        shown += fits;
        row.classList.toggle("off", !fits || (!all && !words && shown > FEW));
      }
      const visible = all || words ? shown : Math.min(shown, FEW);
      printed.textContent = visible < body.rows.length ? visible + " of these " + body.rows.length + " rows are shown." : "";
    };
    const sort = (head, place) => {
      const down = head.getAttribute("aria-sort") === "descending" || (!head.ariaSort && !head.classList.contains("n"));
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "ascending" : "descending");
      const rows = [...body.rows].map(row => [value(row.cells[place]), row]);
      rows.sort(([one], [two]) => {
        if (one === "" || two === "") return (one === "") - (two === "");
        return down ? compare(one, two) : compare(two, one);
      });
      body.append(...rows.map(([, row]) => row));
      show();
    };
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      head.classList.add("sorts");
      head.tabIndex = 0;
      head.addEventListener("click", () => sort(head, place));
      head.addEventListener("keydown", event => { if (event.key === "Enter") sort(head, place); });
    });
    if (all) continue;
    const tools = grid.parentElement.querySelector(".tools") ?? document.createElement("div");
    tools.className = "tools";
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = "Search " + body.rows.length + " rows";
    input.setAttribute("aria-label", "search this table");
    input.addEventListener("input", () => { words = input.value.toLowerCase(); show(); });
    const more = document.createElement("button");
    more.type = "button";
    more.textContent = "Show all " + body.rows.length;
    more.addEventListener("click", () => {
      all = !all;
      more.textContent = all ? "Show " + FEW : "Show all " + body.rows.length;
      show();
    });
    tools.prepend(input, more);
    grid.before(tools);
    show();
  }

  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  document.body.append(tip);
  for (const chart of document.querySelectorAll("svg[data-values]")) {
    const values = chart.dataset.values.split(" ").map(Number);
    const span = Number(chart.dataset.span) / 1e9;
    const cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
    cursor.setAttribute("class", "cursor");
    cursor.setAttribute("y1", 22);
    cursor.setAttribute("y2", 172);
    const time = seconds => chart.dataset.start
      ? new Date(Number(chart.dataset.start) + seconds * 1000).toISOString().slice(0, 21).replace("T", " ") + " UTC"
      : "+" + seconds.toPrecision(4) + " s";
    chart.addEventListener("pointermove", event => {
      const box = chart.getBoundingClientRect();
      const at = Math.min(0.999999, Math.max(0, (event.clientX - box.left) / box.width));
      const amount = values[Math.floor(at * values.length)];
      tip.textContent = time(Math.floor(at * values.length) / values.length * span) + ": " + amount.toLocaleString("en") + " " + chart.dataset.unit;
      tip.hidden = false;
      tip.style.top = box.top + 2 + "px";
      tip.style.left = Math.max(4, Math.min(event.clientX + 10, innerWidth - tip.offsetWidth - 8)) + "px";
      cursor.setAttribute("x1", at * 100 + "%");
      cursor.setAttribute("x2", at * 100 + "%");
      chart.append(cursor);
    });
    chart.addEventListener("pointerleave", () => { tip.hidden = true; cursor.remove(); });
  }
})();
