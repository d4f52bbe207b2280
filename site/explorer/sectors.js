// The sectors of the extent, to scale, with both readings on the same scale below each other.
//
// Only differences of offsets become Numbers, and these are small: the picture is never wider than the largest extent
// and a little around it. Offsets themselves stay BigInts.

const MARKS_MOST = 96;

// `spans` is [{label, start, bytes, className}]; what lies outside the picture is said in words.
function drawSectors(box, model, clusterBits, corrected, spans) {
  const sector = model.sectorSize;
  const first = corrected.hostOffset / sector;
  const margin = corrected.sectorCount / 24n + 1n;
  const from = (first > margin ? first - margin : 0n) * sector;
  const to = (first + corrected.sectorCount + margin) * sector;
  const scale = (offset) => Number(offset - from) / Number(to - from) * 100;

  box.replaceChildren(
    hostClusters(model.clusterSize(clusterBits), from, to, scale),
    sectorRuler(sector, from, to, scale),
    ...spans.map((span) => spanRow(span, from, to, scale)));
}

function place(made, left, right) {
  made.style.left = `${left}%`;
  made.style.width = `${right - left}%`;
  return made;
}

function hostClusters(size, from, to, scale) {
  const track = element("div", "track clusters");
  for (let cluster = from / size; cluster * size < to; cluster += 1n) {
    const left = Math.max(0, scale(cluster * size));
    const right = Math.min(100, scale((cluster + 1n) * size));
    const part = place(element("span", "host-cluster", right - left > 8 ? `host cluster ${cluster}` : ""), left, right);
    part.title = `host cluster ${cluster}: bytes ${cluster * size} to ${(cluster + 1n) * size - 1n}`;
    if (cluster * size >= from) part.classList.add("begins");
    track.append(part);
  }
  return track;
}

function sectorRuler(sector, from, to, scale) {
  const track = element("div", "track ruler");
  let step = 1n;
  while ((to - from) / (step * sector) > BigInt(MARKS_MOST)) step *= 2n;
  const alignedStart = (from / (step * sector)) * step;
  for (let number = alignedStart; number * sector < to; number += step) {
    const left = Math.max(0, scale(number * sector));
    const right = Math.min(100, scale((number + step) * sector));
    track.append(place(element("span", "sector", right - left > 14 ? `sector ${number}` : ""), left, right));
  }
  track.dataset.step = String(step);
  return track;
}

function spanRow({ label, start, bytes, className }, from, to, scale) {
  const row = element("div", `span-row ${className}`);
  row.append(element("span", "span-label", label));
  const track = element("div", "track");
  const inside = start >= from && start + bytes <= to;
  if (bytes > 0n && inside) {
    const bar = place(element("span", "extent"), scale(start), scale(start + bytes));
    bar.title = `[${start}, ${start + bytes})`;
    track.append(bar);
  } else {
    track.append(element("span", "elsewhere", bytes === 0n ? "no bytes" : distance(start, from)));
  }
  row.append(track, element("span", "span-bytes", `${bytes} ${bytes === 1n ? "byte" : "bytes"}`));
  return row;
}

function distance(start, from) {
  const away = start > from ? start - from : from - start;
  const power = away.toString(2).length - 1;
  return `elsewhere: about 2^${power} bytes ${start > from ? "further" : "before"}`;
}
