"""Names of arXiv's categories, and what else people call them.

From https://arxiv.org/category_taxonomy; archives without subjects stand as themselves.
"""

from typing import Final

_TAXONOMY: Final = """
cs.CL Computation and Language
cs.CV Computer Vision and Pattern Recognition
cs.LG Machine Learning
cs.AI Artificial Intelligence
cs.RO Robotics
stat.ML Machine Learning (Statistics)
cs.SD Sound
cs.IR Information Retrieval
cs.HC Human-Computer Interaction
cs.CR Cryptography and Security
cs.SE Software Engineering
cs.MA Multiagent Systems
cs.GR Graphics
cs.NE Neural and Evolutionary Computing
cs.DC Distributed, Parallel, and Cluster Computing
cs.CY Computers and Society
eess.IV Image and Video Processing
eess.AS Audio and Speech Processing
q-bio.BM Biomolecules
quant-ph Quantum Physics
cs Computer Science, all of it
stat Statistics, all of it
math Mathematics, all of it
eess Electrical Engineering and Systems Science, all of it
physics Physics, all of it
q-bio Quantitative Biology, all of it
q-fin Quantitative Finance, all of it
econ Economics, all of it
astro-ph Astrophysics, all of it
cond-mat Condensed Matter, all of it
nlin Nonlinear Sciences, all of it
cs.AR Hardware Architecture
cs.CC Computational Complexity
cs.CE Computational Engineering, Finance, and Science
cs.CG Computational Geometry
cs.DB Databases
cs.DL Digital Libraries
cs.DM Discrete Mathematics
cs.DS Data Structures and Algorithms
cs.ET Emerging Technologies
cs.FL Formal Languages and Automata Theory
cs.GL General Literature
cs.GT Computer Science and Game Theory
cs.IT Information Theory
cs.LO Logic in Computer Science
cs.MM Multimedia
cs.MS Mathematical Software
cs.NA Numerical Analysis
cs.NI Networking and Internet Architecture
cs.OH Other Computer Science
cs.OS Operating Systems
cs.PF Performance
cs.PL Programming Languages
cs.SC Symbolic Computation
cs.SI Social and Information Networks
cs.SY Systems and Control
eess.SP Signal Processing
eess.SY Systems and Control (Electrical Engineering)
stat.AP Applications
stat.CO Computation
stat.ME Methodology
stat.OT Other Statistics
stat.TH Statistics Theory
math.AC Commutative Algebra
math.AG Algebraic Geometry
math.AP Analysis of PDEs
math.AT Algebraic Topology
math.CA Classical Analysis and ODEs
math.CO Combinatorics
math.CT Category Theory
math.CV Complex Variables
math.DG Differential Geometry
math.DS Dynamical Systems
math.FA Functional Analysis
math.GM General Mathematics
math.GN General Topology
math.GR Group Theory
math.GT Geometric Topology
math.HO History and Overview
math.IT Information Theory (Mathematics)
math.KT K-Theory and Homology
math.LO Logic
math.MG Metric Geometry
math.MP Mathematical Physics
math.NA Numerical Analysis (Mathematics)
math.NT Number Theory
math.OA Operator Algebras
math.OC Optimization and Control
math.PR Probability
math.QA Quantum Algebra
math.RA Rings and Algebras
math.RT Representation Theory
math.SG Symplectic Geometry
math.SP Spectral Theory
math.ST Statistics Theory (Mathematics)
econ.EM Econometrics
econ.GN General Economics
econ.TH Theoretical Economics
q-bio.CB Cell Behavior
q-bio.GN Genomics
q-bio.MN Molecular Networks
q-bio.NC Neurons and Cognition
q-bio.OT Other Quantitative Biology
q-bio.PE Populations and Evolution
q-bio.QM Quantitative Methods
q-bio.SC Subcellular Processes
q-bio.TO Tissues and Organs
q-fin.CP Computational Finance
q-fin.EC Economics (Finance)
q-fin.GN General Finance
q-fin.MF Mathematical Finance
q-fin.PM Portfolio Management
q-fin.PR Pricing of Securities
q-fin.RM Risk Management
q-fin.ST Statistical Finance
q-fin.TR Trading and Market Microstructure
astro-ph.CO Cosmology and Nongalactic Astrophysics
astro-ph.EP Earth and Planetary Astrophysics
astro-ph.GA Astrophysics of Galaxies
astro-ph.HE High Energy Astrophysical Phenomena
astro-ph.IM Instrumentation and Methods for Astrophysics
astro-ph.SR Solar and Stellar Astrophysics
cond-mat.dis-nn Disordered Systems and Neural Networks
cond-mat.mes-hall Mesoscale and Nanoscale Physics
cond-mat.mtrl-sci Materials Science
cond-mat.other Other Condensed Matter
cond-mat.quant-gas Quantum Gases
cond-mat.soft Soft Condensed Matter
cond-mat.stat-mech Statistical Mechanics
cond-mat.str-el Strongly Correlated Electrons
cond-mat.supr-con Superconductivity
gr-qc General Relativity and Quantum Cosmology
hep-ex High Energy Physics - Experiment
hep-lat High Energy Physics - Lattice
hep-ph High Energy Physics - Phenomenology
hep-th High Energy Physics - Theory
math-ph Mathematical Physics (Physics)
nlin.AO Adaptation and Self-Organizing Systems
nlin.CD Chaotic Dynamics
nlin.CG Cellular Automata and Lattice Gases
nlin.PS Pattern Formation and Solitons
nlin.SI Exactly Solvable and Integrable Systems
nucl-ex Nuclear Experiment
nucl-th Nuclear Theory
physics.acc-ph Accelerator Physics
physics.ao-ph Atmospheric and Oceanic Physics
physics.app-ph Applied Physics
physics.atm-clus Atomic and Molecular Clusters
physics.atom-ph Atomic Physics
physics.bio-ph Biological Physics
physics.chem-ph Chemical Physics
physics.class-ph Classical Physics
physics.comp-ph Computational Physics
physics.data-an Data Analysis, Statistics and Probability
physics.ed-ph Physics Education
physics.flu-dyn Fluid Dynamics
physics.gen-ph General Physics
physics.geo-ph Geophysics
physics.hist-ph History and Philosophy of Physics
physics.ins-det Instrumentation and Detectors
physics.med-ph Medical Physics
physics.optics Optics
physics.plasm-ph Plasma Physics
physics.pop-ph Popular Physics
physics.soc-ph Physics and Society
physics.space-ph Space Physics
"""

NAMES: Final[dict[str, str]] = {
    code: name for code, _, name in (line.partition(" ") for line in _TAXONOMY.split("\n")) if code
}
"""What each category is called; those that are asked for most come first."""


ALIASES: Final[dict[str, str]] = {
    "nlp": "cs.CL",
    "cl": "cs.CL",
    "natural language processing": "cs.CL",
    "computational linguistics": "cs.CL",
    "language models": "cs.CL",
    "llm": "cs.CL",
    "llms": "cs.CL",
    "cmp lg": "cs.CL",
    "cv": "cs.CV",
    "vision": "cs.CV",
    "computer vision": "cs.CV",
    "pattern recognition": "cs.CV",
    "ml": "cs.LG stat.ML",
    "machine learning": "cs.LG stat.ML",
    "deep learning": "cs.LG",
    "reinforcement learning": "cs.LG",
    "ai": "cs.AI",
    "robots": "cs.RO",
    "audio": "cs.SD eess.AS",
    "speech": "cs.SD eess.AS",
    "ir": "cs.IR",
    "recommender systems": "cs.IR",
    "hci": "cs.HC",
    "security": "cs.CR",
    "cryptography": "cs.CR",
    "computer graphics": "cs.GR",
    "neural networks": "cs.NE",
    "distributed computing": "cs.DC",
    "algorithms": "cs.DS",
    "databases": "cs.DB",
    "database": "cs.DB",
    "networking": "cs.NI",
    "control": "eess.SY",
    "image processing": "eess.IV",
    "optimization": "math.OC",
    "optimisation": "math.OC",
    "probability theory": "math.PR",
    "computer science": "cs",
    "electrical engineering": "eess",
    "maths": "math",
    "stats": "stat",
    "biology": "q-bio",
    "bioinformatics": "q-bio.QM q-bio.GN",
    "neuroscience": "q-bio.NC",
    "finance": "q-fin",
    "economy": "econ",
    "astronomy": "astro-ph",
    "condensed matter": "cond-mat",
    "quantum": "quant-ph",
    "quantum computing": "quant-ph",
    "high energy physics": "hep-ex hep-lat hep-ph hep-th",
    "general relativity": "gr-qc",
    "medical physics": "physics.med-ph",
    "astro": "astro-ph",
    "quant ph": "quant-ph",
    "qbio": "q-bio",
    "bio": "q-bio",
    "neuro": "q-bio.NC",
    "crypto": "cs.CR",
    "rl": "cs.LG",
    "generative ai": "cs.LG cs.CV",
    "genai": "cs.LG cs.CV",
    "speech recognition": "eess.AS cs.SD",
    "medical imaging": "eess.IV",
    "graph theory": "math.CO",
}
"""What people call categories, folded, and the codes that they mean."""
