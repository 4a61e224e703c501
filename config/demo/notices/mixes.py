"""What visits find, in proportions as the bulletins of this trade have them: most find little, some something grave."""

from config.demo.notices.playing import Fate
from config.demo.visits import words
from visits.codes import MeasureKind, Outcome

CLOSED = "大门上锁，厂房已清空，物业证明该机构两个月前停止经营并遣散人员。"
FINED = (MeasureKind.FINE,)
REVOKED = (MeasureKind.FINE, MeasureKind.CONFISCATION, MeasureKind.REVOCATION, MeasureKind.DISHONEST_LIST)

CLEAN = Fate()
TRAINED = Fate([words.TRAINING])
CALIBRATED = Fate([words.CALIBRATION, words.STATISTICS])
KEPT = Fate([words.ARCHIVES])
BEYOND = Fate([words.BEYOND, words.TRAINING], amount=30000, measures=FINED)
UNTRUE = Fate([words.UNTRUE], amount=30000, measures=FINED)
FALSE = Fate(
    [words.FALSE_REPORTS, words.CALIBRATION], amount=60000,
    measures=(MeasureKind.POLICE, *REVOKED, MeasureKind.INDUSTRY_BAN),
)  # fmt: skip
GONE = Fate(outcome=Outcome.CLOSED, words=CLOSED)
LIMITS = Fate([words.LIMITS])
POINTS = Fate([words.SAMPLING_POINTS])

VEHICLE_FATES = (CLEAN, CALIBRATED, LIMITS, BEYOND, KEPT, CLEAN, FALSE, TRAINED, GONE, UNTRUE)
ECO_FATES = (KEPT, CLEAN, UNTRUE, POINTS, CLEAN, TRAINED, CALIBRATED, CLEAN)
OTHER_FATES = (TRAINED, CLEAN, KEPT, UNTRUE, CALIBRATED, CLEAN, BEYOND)
FORGED = Fate([words.FALSE_EMISSIONS, words.CALIBRATION], amount=160000, measures=REVOKED)
"""Found by ecology, which penalises first; then the accreditation is revoked."""
