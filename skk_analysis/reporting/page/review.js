// The review page: gathers what a reviewer fills in and saves it as one file. It asks nothing of
// the network, runs nothing it is given, and works from disk. Whatever comes from a file or from
// the page's data is put into fields and text nodes only, so it stays text.
"use strict";
(() => {
  const { bound, texts } = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("review");
  const list = document.getElementById("comment-list");
  const model = document.getElementById("comment");
  const said = document.getElementById("said");
  const draftKey = `skk-review ${bound.report} ${bound.report_hash}`;
  const say = (key, more = "") => { said.textContent = texts[key] + more; };

  // -- the fields as one plain object, and back ---------------------------------------------------
  const fields = () => [...form.elements].filter((field) => field.name);

  function gather() {
    const values = {};
    for (const field of fields()) {
      if (field.type === "radio") { if (field.checked) values[field.name] = field.value; }
      else if (field.type === "checkbox") { if (field.checked) values[field.name] = true; }
      else if (field.value.trim()) values[field.name] = field.value.trim();
    }
    return { values, comments: [...list.children].map(gatherComment) };
  }

  function gatherComment(box) {
    const [anchor, text, blocking] = ["anchor", "text", "blocking"].map((name) => part(box, name));
    return { anchor: anchor.value, text: text.value.trim(), blocking: blocking.checked };
  }

  function fill({ values, comments }) {
    for (const field of fields()) {
      const value = Object.hasOwn(values, field.name) ? values[field.name] : "";
      if (field.type === "radio") field.checked = field.value === value;
      else if (field.type === "checkbox") field.checked = value === true;
      else field.value = String(value);
    }
    list.replaceChildren();
    comments.forEach(addComment);
  }

  // -- comments -----------------------------------------------------------------------------------
  const part = (box, name) => box.querySelector(`[data-field="${name}"]`);

  function addComment({ anchor = "", text = "", blocking = false } = {}) {
    list.append(model.content.cloneNode(true));
    const box = list.lastElementChild;
    const select = part(box, "anchor");
    select.value = anchor;
    if (select.selectedIndex < 0) select.value = "";
    part(box, "text").value = text;
    part(box, "blocking").checked = blocking === true;
    select.addEventListener("change", () => link(box));
    box.querySelector(".remove").addEventListener("click", () => {
      box.remove();
      number();
      document.getElementById("add").focus();
      keep();
      say("comment_removed");
    });
    link(box);
    number();
    return box;
  }

  function link(box) {
    const place = part(box, "anchor").selectedOptions[0].dataset.place;
    box.querySelector(".place").setAttribute("href", place ? `index.html#${place}` : "index.html");
  }

  function number() {
    [...list.children].forEach((box, index) => {
      box.querySelector(".number").textContent = String(index + 1);
    });
  }

  // -- the file -----------------------------------------------------------------------------------
  function started(values, mark) {
    return Object.entries(values)
      .filter(([name]) => name.startsWith(mark))
      .map(([name, value]) => [name.slice(mark.length), value]);
  }

  function content({ values, comments }) {
    const conditions = values.conditions ?? "";
    return {
      kind: "skk-review",
      format: 1,
      ...bound,
      ledger: document.getElementById("ledger").dataset.entry,
      reviewer: {
        name: values["reviewer.name"] ?? "",
        body: values["reviewer.body"] ?? "",
        role: values["reviewer.role"] ?? "reviewer",
        ties: started(values, "tie.").map(([tie]) => tie),
        ties_told: values["reviewer.ties_told"] ?? "",
      },
      judgements: Object.fromEntries(started(values, "judge.").map(
        ([row, verdict]) => [row, { verdict, text: values[`words.${row}`] ?? "" }])),
      waivers: Object.fromEntries(started(values, "waive.")),
      grades: started(values, "grade.").map(([experiment, to]) => (
        { experiment, to: Number(to), reason: values[`grade-reason.${experiment}`] ?? "" })),
      comments,
      answers: Object.fromEntries(started(values, "answer.")),
      decision: { action: values.decision ?? "none", conditions },
      saved: new Date().toISOString(),
    };
  }

  // What the file's import would refuse is told here, with the field that has to be mended.
  function fault(file) {
    const named = (name) => form.elements.namedItem(name);
    if (!file.reviewer.name) return ["name_missing", named("reviewer.name")];
    if (!file.reviewer.body) return ["name_missing", named("reviewer.body")];
    for (const [row, told] of Object.entries(file.judgements)) {
      if (told.verdict === "concern" && !told.text) return ["concern_words", named(`words.${row}`)];
    }
    for (const grade of file.grades) {
      if (!grade.reason) return ["reason_missing", named(`grade-reason.${grade.experiment}`)];
    }
    for (const [index, comment] of file.comments.entries()) {
      if (!comment.text) return ["comment_words", part(list.children[index], "text")];
    }
    const { action, conditions } = file.decision;
    const empty = action === "none" && !Object.keys(file.judgements).length
      && !file.comments.length && !file.grades.length
      && !Object.keys(file.answers).length && !Object.keys(file.waivers).length;
    if (empty) return ["decision_missing", form.querySelector("[name=decision]")];
    if (action === "return" && !conditions) return ["conditions_missing", named("conditions")];
    return action === "sign" ? unsigned(file) : null;
  }

  // What keeps a signature from counting: with this file, and with what the thread above has of it.
  function unsigned(file) {
    const decided = [...document.querySelectorAll(`[data-content="${bound.report_hash}"]`)];
    const judged = new Set(decided.map((entry) => entry.dataset.judged));
    const waived = new Set(decided.map((entry) => entry.dataset.waived));
    const open = new Map();
    for (const field of fields()) {
      const [mark, row] = field.name.split(".");
      if (mark === "judge" && !file.judgements[row] && !judged.has(row)) open.set(row, open.get(row) ?? field);
    }
    if (open.size) return ["rows_missing", [...open.values()][0], ` ${open.size}.`];
    for (const field of fields()) {
      const { failure, blocks } = field.dataset;
      if (failure && !field.value.trim() && !waived.has(failure)) return ["waiver_missing", field];
      if (blocks !== undefined && !field.value.trim()) return ["answer_missing", field];
    }
    const own = file.comments.findIndex((comment) => comment.blocking);
    if (own >= 0) return ["own_blocking", part(list.children[own], "blocking")];
    const concern = Object.values(file.judgements).some(({ verdict }) => verdict === "concern")
      || (file.grades.length > 0 && !file.judgements.grade);  // a changed grade is a concern
    if (concern && !file.decision.conditions) {
      return ["concern_conditions", form.elements.namedItem("conditions")];
    }
    return null;
  }

  // Sorted keys and no blanks: the same bytes that the import makes of the content.
  function canonical(value) {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const inner = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
    return `{${inner.join(",")}}`;
  }

  async function checksum(value) {
    const hashed = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(value)));
    return [...new Uint8Array(hashed)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function save() {
    if (!globalThis.crypto?.subtle) return say("no_checksum");
    const file = content(gather());
    const found = fault(file);
    if (found) {
      found[1].focus();
      return say(found[0], found[2]);
    }
    file.checksum = await checksum(file);
    const address = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1)], { type: "application/json" }));
    const anchor = document.createElement("a");
    const name = file.reviewer.name.replace(/[^\p{L}\p{N}]+/gu, "-");
    anchor.download = `${bound.report.replaceAll("/", "-")}-${name}.json`;
    anchor.href = address;
    anchor.click();
    URL.revokeObjectURL(address);
    return say("saved", ` ${anchor.download}`);
  }

  // A saved file put back into the fields, to go on with it; what it says about hashes is not taken.
  function filled(file) {
    const values = {
      "reviewer.name": file.reviewer.name, "reviewer.body": file.reviewer.body,
      "reviewer.role": file.reviewer.role, "reviewer.ties_told": file.reviewer.ties_told,
      decision: file.decision.action, conditions: file.decision.conditions,
    };
    for (const tie of file.reviewer.ties) values[`tie.${tie}`] = true;
    for (const [row, told] of Object.entries(file.judgements)) {
      values[`judge.${row}`] = told.verdict;
      values[`words.${row}`] = told.text;
    }
    for (const [row, reason] of Object.entries(file.waivers)) values[`waive.${row}`] = reason;
    for (const [to, text] of Object.entries(file.answers)) values[`answer.${to}`] = text;
    for (const grade of file.grades) {
      values[`grade.${grade.experiment}`] = grade.to;
      values[`grade-reason.${grade.experiment}`] = grade.reason;
    }
    return { values, comments: file.comments };
  }

  async function load(event) {
    try {
      const file = JSON.parse(await event.target.files[0].text());
      fill(filled(file));
      keep();
      const same = file.report === bound.report && file.report_hash === bound.report_hash;
      say(same ? "loaded" : "other_report");
    } catch {
      say("not_loaded");
    }
    event.target.value = "";
  }

  // -- drafts: in this browser where it allows that, and always in a saved file -------------------
  function keep() {
    try {
      localStorage.setItem(draftKey, JSON.stringify(gather()));
      return "draft_kept";
    } catch {
      return "draft_not_kept";
    }
  }

  function restore() {
    try {
      const kept = localStorage.getItem(draftKey);
      if (kept) fill(JSON.parse(kept));
    } catch {
      // no drafts here; the page works without
    }
  }

  let waiting;
  form.addEventListener("input", () => {
    const kept = keep();  // at once: a browser may end at any letter
    clearTimeout(waiting);  // said when the typing pauses, so that it interrupts nobody
    waiting = setTimeout(() => say(kept), 400);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("add").addEventListener("click", () => {
    part(addComment(), "anchor").focus();
    say("comment_added");
  });
  document.getElementById("save").addEventListener("click", save);
  document.getElementById("load").addEventListener("change", load);
  restore();
  const asked = new URLSearchParams(location.hash.slice(1)).get("comment");
  if (asked) part(addComment({ anchor: asked }), "text").focus();
})();
