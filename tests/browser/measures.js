// What is measured of a page in the browser; each answers sentences, none when all is well.
({
  // Every element and every line of text, not only what makes the page scroll.
  overflow() {
    const width = document.documentElement.clientWidth;
    const faults = new Set();
    const beyond = (box) => box.width > 0 && box.height > 0 && (box.right > width + 0.5 || box.left < -0.5);
    const named = (element) => `<${element.localName} id="${element.id}" class="${element.className}"> ${element.textContent.trim().slice(0, 40)}`;
    const hiddenOnPurpose = (element) => element.closest(".hidden, .skip-links, svg, option");
    const scrolls = (element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== "visible" && !element.matches("input, select, textarea");
    for (const element of document.body.querySelectorAll("*")) {
      if (hiddenOnPurpose(element) || !element.checkVisibility({ visibilityProperty: true })) continue;
      if (beyond(element.getBoundingClientRect())) faults.add(`beyond the edge: ${named(element)}`);
      if (scrolls(element)) faults.add(`scrolls sideways: ${named(element)}`);
      for (const text of element.childNodes) {
        if (text.nodeType !== Node.TEXT_NODE || !text.data.trim()) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        if ([...range.getClientRects()].some(beyond)) faults.add(`text beyond the edge: ${named(element)}`);
      }
    }
    if (document.documentElement.scrollWidth > width) faults.add(`the page is ${document.documentElement.scrollWidth} px wide in ${width}`);
    return [...faults];
  },

  // Everything that moved by itself since the page began to load.
  shifts() {
    const observer = new PerformanceObserver(() => {});
    observer.observe({ type: "layout-shift", buffered: true });
    return new Promise((resolve) => {
      setTimeout(() => {
        const moved = observer.takeRecords().filter((shift) => !shift.hadRecentInput);
        resolve(moved.map((shift) => `moved by ${shift.value.toFixed(4)}: ${shift.sources.map(({ node }) => node?.nodeName + "#" + node?.id).join(" ")}`));
      });
    });
  },

  async axe(rules) {
    const { violations } = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary.replace(/\s+/g, " ").slice(0, 300)}`));
  },

  // What the reader may open on the page is looked at, too.
  unfold() {
    for (const part of document.querySelectorAll("main details")) part.open = true;
  },
});
