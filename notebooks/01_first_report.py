# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A first report
#
# How reliably did two partners answer, how alike are they, and where does a couple lean on each other well? This notebook
# goes the whole way once, from a survey file to a report, on the bundled demo: 200 synthetic couples who answered the
# built-in questions. Put the path of your own `study.toml` in the first cell and run it again.

# %%
import analysis as an

study = an.open_study(an.demo() / "study.toml")
study.title

# %% [markdown]
# ## What came in
#
# Every row of the file is kept or stands in the ledger with the reason why not. The last lines say which analyses these data
# allow.

# %%
couples = study.couples()
couples

# %% [markdown]
# ## Scores
#
# Means with intervals by partner. `.where(…)` shows a part of a table, `.frame` is a plain DataFrame at full precision.

# %%
table = an.describe(couples)
table.where(statistic="scale_mean", variant="", scale=list(couples.codebook.codes))

# %% [markdown]
# ## The profile
#
# Twelve indicators, healthy ones above, unhealthy ones below; three of them are two scales each. Intervals are within couples:
# they serve to compare the two partners.

# %%
ax = an.figures.profile(couples)
# %% [markdown]
# ## Reliability
#
# Omega and alpha of each scale for each partner, with the n that they rest on.

# %%
reliability = an.reliability(couples)
reliability.where(statistic=["omega", "alpha"], variant="")

# %%
ax = an.figures.reliability(reliability)
# %% [markdown]
# ## Do partners agree?
#
# What a comparison is called follows from whom the items are about: oneself (similarity), the couple (agreement), or the partner
# (self-other agreement).

# %%
agreement = an.agreement(couples)
agreement.where(statistic=["icc_1", "mean_difference"], variant="", comparison=["similarity", "agreement"])

# %% [markdown]
# ## Are partners' profiles alike?
#
# Never without the value for random couples: people who never met have similar profiles too.

# %%
an.profiles(couples)

# %%
ax = an.figures.plane(couples)

# %% [markdown]
# ## The report
#
# One page and one Word file hold all of this, with the results as a table beside them. In a terminal the same is done by
# `python3 run.py report data/demo/study.toml`.

# %%
page = an.build_report(study, an.demo().parent.parent / "reports" / "demo")
page.name
