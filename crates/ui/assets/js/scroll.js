// A frame that does not overflow is no stop for the keyboard; a map is dragged by the mouse.
(() => {
  "use strict";
  const settle = () => {
    for (const frame of document.querySelectorAll("[data-scroll]")) {
      const overflows = frame.scrollWidth > frame.clientWidth + 1 || frame.scrollHeight > frame.clientHeight + 1;
      if (overflows) frame.tabIndex = 0;
      else frame.removeAttribute("tabindex");
    }
  };
  settle();
  addEventListener("resize", settle);
  document.addEventListener("toggle", settle, true);

  for (const map of document.querySelectorAll(".map-scroll")) {
    map.scrollLeft = (map.scrollWidth - map.clientWidth) / 2;
    let from = null;
    map.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      from = { x: event.clientX + map.scrollLeft, y: event.clientY + map.scrollTop };
      map.setPointerCapture(event.pointerId);
      map.classList.add("dragging");
    });
    map.addEventListener("pointermove", (event) => {
      if (!from) return;
      map.scrollLeft = from.x - event.clientX;
      map.scrollTop = from.y - event.clientY;
    });
    const drop = () => {
      from = null;
      map.classList.remove("dragging");
    };
    map.addEventListener("pointerup", drop);
    map.addEventListener("pointercancel", drop);
  }
})();
