// What scrolls sideways can be scrolled with the keyboard too, also where the browser would not
// give it the focus by itself.
function letScrollersTakeFocus() {
  for (const box of document.querySelectorAll("article pre, .table-wrapper, .mk-math, .mk-scroll")) {
    if (box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1) {
      box.tabIndex = 0;
    } else {
      box.removeAttribute("tabindex");
    }
  }
}
addEventListener("DOMContentLoaded", letScrollersTakeFocus);
addEventListener("load", letScrollersTakeFocus); // fonts and styles are there by now
addEventListener("resize", letScrollersTakeFocus);

// The menu of a small screen closes with Escape.
addEventListener("keydown", (event) => {
  const menu = document.getElementById("mk-menu");
  if (event.key === "Escape" && menu?.checked) {
    menu.checked = false;
    menu.focus();
  }
});
