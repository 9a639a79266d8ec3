import base64
import csv

from made_up import LURES, ORDINARY, raw_mail
from spamfilter.predict import predict
from spamfilter.table import decoded, read_rows
from spamfilter.train import once, train


def write(path, rows, *, labels=True):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "received_at", "raw", *(["label"] if labels else [])])
        for number, (raw, spam) in enumerate(rows):
            cell = base64.b64encode(raw).decode()
            row = [f"M-{number}", f"2025-01-01T00:{number:02d}:00Z", cell]
            writer.writerow([*row, "spam" if spam else "ham"] if labels else row)


def made_up_rows():
    return [
        (raw_mail(f"{' '.join(LURES if spam else ORDINARY)} and {number}"), spam)
        for number, spam in enumerate([False, False, True, False] * 12)
    ]


def test_train_and_predict_answer_every_mail_once(tmp_path):
    write(tmp_path / "train.csv", made_up_rows())
    train(tmp_path / "train.csv", tmp_path / "model")
    texts = (" ".join(LURES), " ".join(ORDINARY), "x" * 1_000_000)
    asked = [*((raw_mail(text), False) for text in texts), (b"", False)]
    write(tmp_path / "input.csv", asked, labels=False)
    text = (tmp_path / "input.csv").read_text()
    (tmp_path / "input.csv").write_text(text + text.splitlines()[1] + "\n")  # the first id again
    predict(tmp_path / "model", tmp_path / "input.csv", tmp_path / "output.csv")
    with (tmp_path / "output.csv").open(newline="") as file:
        answers = list(csv.DictReader(file))
    assert [answer["id"] for answer in answers] == ["M-0", "M-1", "M-2", "M-3"]
    assert float(answers[0]["spam_probability"]) > float(answers[1]["spam_probability"])
    assert [answer["decision"] for answer in answers[:2]] == ["hold", "deliver"]


def test_labels_and_cells_are_read(tmp_path):
    write(tmp_path / "train.csv", made_up_rows()[:4])
    rows = read_rows(tmp_path / "train.csv")
    assert [row.spam for row in rows] == [False, False, True, False]
    assert rows[0].raw == made_up_rows()[0][0]
    assert decoded("abcde") == b""


def test_copies_are_kept_once_and_mails_stand_in_order(tmp_path):
    rows = made_up_rows()[:3]
    write(tmp_path / "train.csv", [*rows, rows[0]])
    kept = once(list(reversed(read_rows(tmp_path / "train.csv"))))
    assert [row.id for row in kept] == ["M-0", "M-1", "M-2"]
