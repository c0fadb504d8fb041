// The way out. Without this script the exit link still works: the server ends the session and
// redirects. The script also takes the page out of the back button's reach and hears Shift x 3.
(() => {
  "use strict";
  const link = document.querySelector("a[data-exit]");
  if (!link) return;

  const status = document.createElement("span");
  status.className = "vh";
  status.setAttribute("role", "status");
  document.body.append(status);

  const leave = () => {
    status.textContent = link.dataset.exitLeaving;
    document.title = link.dataset.exitTitle;
    document.querySelector("main").hidden = true;
    window.location.replace(link.href);
  };

  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });

  let presses = 0;
  let timer = 0;
  let alone = false;
  const forget = (said) => {
    window.clearTimeout(timer);
    if (presses > 0) status.textContent = said;
    presses = 0;
  };

  // Shift counts when it goes down and up with no other key between, so that capitals do not.
  window.addEventListener("keydown", (event) => {
    alone = event.key === "Shift" && !event.repeat;
    if (event.key !== "Shift") forget("");
  });
  window.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    window.clearTimeout(timer);
    presses += 1;
    if (presses === 3) {
      leave();
      return;
    }
    status.textContent = presses === 1 ? link.dataset.exitTwo : link.dataset.exitOne;
    timer = window.setTimeout(() => forget(link.dataset.exitOver), 5000);
  });

  // A page that the browser kept whole and shows again after someone left: load it anew.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
})();
