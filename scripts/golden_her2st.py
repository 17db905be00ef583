"""Sums and gene rankings of the five her2st sections with images, computed without any of this repository's code.

Needs Python 3 only, and the her2st and panels folders below the folder in SPOTBENCH_DATA. Writes packages/core/fixtures/her2st-sums.json:
    SPOTBENCH_DATA=... python3 scripts/golden_her2st.py
Rankings are of the fold that tests B4: mean over C2..C5 of the within-section mean (HEG) or variance over N (HVG) of
ln(1 + 10000 count / spot total), genes measured in all four; ties by name. Means use math.fsum.
"""

import csv
import gzip
import json
import math
import os
from pathlib import Path

DATA = Path(os.environ["SPOTBENCH_DATA"]) / "her2st"
SECTIONS = ["B4", "C2", "C3", "C4", "C5"]
GENES = ["ERBB2", "FASN", "GNAS", "ACTB"]


def read_counts(section):
    with gzip.open(DATA / "ST-cnts" / f"{section}.tsv.gz", "rt", newline="") as file:
        genes = file.readline().rstrip("\n").split("\t")[1:]
        rows = [line.rstrip("\n").split("\t") for line in file]
    return genes, {row[0]: [int(count) for count in row[1:]] for row in rows}


def read_spots(section):
    with open(DATA / "ST-spotfiles" / f"{section}_selection.tsv", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["selected"] == "1"]
    return {f"{round(float(row['x']))}x{round(float(row['y']))}": row for row in rows}


def joined(section):
    genes, counts = read_counts(section)
    spots = read_spots(section)
    return genes, {spot: counts[spot] for spot in counts if spot in spots}, spots


def sums(section):
    genes, counts, spots = joined(section)
    panel = set(json.loads((DATA.parent / "panels/her2st-785.json").read_text()))
    in_panel = [g for g, gene in enumerate(genes) if gene in panel]
    return {
        "spots": len(counts),
        "genes": len(genes),
        "nonZero": sum(count != 0 for row in counts.values() for count in row),
        "molecules": sum(map(sum, counts.values())),
        "geneTotals": {gene: sum(row[genes.index(gene)] for row in counts.values()) for gene in GENES},
        "spotsWithoutCounts": len(spots.keys() - counts.keys()),
        "panelGenes": len(in_panel),
        "spotsWithoutPanelMolecules": sum(all(row[g] == 0 for g in in_panel) for row in counts.values()),
        "firstSpots": list(counts)[:3],
        "pixelXSum": math.fsum(float(spots[spot]["pixel_x"]) for spot in counts),
        "pixelYSum": math.fsum(float(spots[spot]["pixel_y"]) for spot in counts),
    }


def moments(section):
    genes, counts, _ = joined(section)
    rows = [(row, sum(row)) for row in counts.values()]
    result = {}
    for g, gene in enumerate(genes):
        values = [math.log1p(10000 * row[g] / total) for row, total in rows]
        mean = math.fsum(values) / len(values)
        result[gene] = (mean, math.fsum((value - mean) ** 2 for value in values) / len(values))
    return result


def rankings():
    sections = [moments(section) for section in SECTIONS if section != "B4"]
    shared = set.intersection(*(set(section) for section in sections))

    def best(which):
        score = {gene: math.fsum(section[gene][which] for section in sections) for gene in shared}
        return sorted(shared, key=lambda gene: (-score[gene], gene))

    return {"candidates": len(shared), "heg": best(0)[:50], "hvg": best(1)[:50]}


target = Path(__file__).parents[1] / "packages/core/fixtures/her2st-sums.json"
content = {"sections": {section: sums(section) for section in SECTIONS}, "foldB": rankings()}
target.write_text(json.dumps(content, indent=1) + "\n")
