"""The rows of a province with 20,000 institutions and 500,000 findings, made inside PostgreSQL from one another.

Every statement reads what those before it wrote: campaigns whose plan line has the code "bench", each with a task for
every institution; all but the newest campaign visited, concluded, closed and published. `%(by)s` is the officer who did
it all. They hold every constraint of the database: tests write a small one with foreign keys and guards on.
"""

TASKS = """
INSERT INTO campaigns_task (campaign_id, number, line_id, institution_id, mode, bureau_id, due_on, is_due_softly, state,
  unfilled, dispatched_at)
SELECT c.id, c.number || '-' || lpad(i.id::text, 6, '0'), l.id, i.id, 'full', 'scjg:' || i.county_id,
  make_date(c.year, 12, 20), false,
  CASE WHEN c.id <> %(newest)s THEN 'closed' WHEN i.id %% 4 = 0 THEN 'concluded' WHEN i.id %% 4 = 1 THEN 'notified'
    ELSE 'dispatched' END,
  '[]', make_timestamptz(c.year, 1, 2, 9, 0, 0)
FROM campaigns_planline l JOIN campaigns_campaign c ON c.id = l.campaign_id, institutions_institution i
WHERE l.code = 'bench' AND i.uscc LIKE '91%%BN%%'
"""

TEAMS = """
INSERT INTO campaigns_teammember (task_id, position, role, slot, pool, inspector_id, declaration, declaration_words,
  decision, decision_words)
SELECT t.id, row_number() OVER (PARTITION BY t.id ORDER BY p.id) - 1, 'officer', 0, t.bureau_id, p.id, '', '', '', ''
FROM campaigns_task t JOIN inspectors_inspector p ON p.bureau_id = t.bureau_id WHERE t.mode = 'full'
"""

NOTICES = """
INSERT INTO campaigns_inspectionnotice (task_id, bureau_id, year, serial, issued_by_id, issued_at, token, log_number,
  log_digest)
SELECT t.id, t.bureau_id, c.year, row_number() OVER (PARTITION BY t.bureau_id, c.year ORDER BY t.id), %(by)s,
  make_timestamptz(c.year, 1, 3, 9, 0, 0), md5('notice ' || t.id), 0, ''
FROM campaigns_task t JOIN campaigns_campaign c ON c.id = t.campaign_id
WHERE t.mode = 'full' AND t.state <> 'dispatched'
"""

VISITS = """
INSERT INTO visits_visit (task_id, kind, number, planned_start, planned_end, state, window_reason, sheet, started_at,
  ended_at, outcome, outcome_words, opinion, changed_after_signing, cancelled_because, planned_by_id)
SELECT t.id, 'first', 1, day, day + interval '2 hours', 'ended', '', '[]', day, day + interval '2 hours', 'inspected', '',
  '', '', '', %(by)s
FROM (
  SELECT t.id, CASE WHEN t.state = 'closed' THEN make_timestamptz(c.year, 1, 5, 9, 0, 0) + t.institution_id * 7919 %% 330 * interval '1 day'
    ELSE now() - (t.id %% 60) * interval '1 day' END AS day
  FROM campaigns_task t JOIN campaigns_campaign c ON c.id = t.campaign_id
  WHERE t.mode = 'full' AND t.state IN ('closed', 'concluded')
) t
"""

ATTENDEES = """
INSERT INTO visits_attendee (visit_id, kind, inspector_id, name, workplace, is_leader)
SELECT v.id, 'officer', m.inspector_id, p.name, '', m.position = 0
FROM visits_visit v JOIN campaigns_task t ON t.id = v.task_id AND t.mode = 'full'
  JOIN campaigns_teammember m ON m.task_id = t.id JOIN inspectors_inspector p ON p.id = m.inspector_id
"""

RESULTS = """
INSERT INTO visits_departmentresult (task_id, bureau_id, state, category, sub_category, follow_up, is_finished,
  trade_outcome, words, amended_because)
SELECT id, bureau_id, 'final', 'E', '', 'ordered', state = 'closed', 'ordered', '', ''
FROM campaigns_task WHERE mode = 'full' AND state IN ('closed', 'concluded')
"""

FINDINGS = """
INSERT INTO visits_finding (result_id, visit_id, line, matter, facts, severity, legal_basis_id, state, found_by_id, found_at)
SELECT r.id, v.id, '', '检验检测机构检查', '第' || t.institution_id || '号原始记录不全', CASE WHEN t.id %% 20 = 0 THEN 'violation' ELSE 'general' END,
  CASE WHEN t.id %% 20 = 0 THEN (SELECT min(id) FROM campaigns_legalbasis) END,
  CASE WHEN t.state = 'closed' THEN 'closed' WHEN t.id %% 3 = 0 THEN 'rectifying' ELSE 'open' END, %(by)s, v.ended_at
FROM visits_departmentresult r JOIN campaigns_task t ON t.id = r.task_id JOIN visits_visit v ON v.task_id = t.id
WHERE t.mode = 'full'
"""

VERSIONS = """
INSERT INTO visits_resultversion (result_id, number, content, submitted_by_id, submitted_at, decision, words,
  decided_by_id, decided_at)
SELECT r.id, 1, jsonb_build_object('category', r.category, 'sub_category', '', 'follow_up', r.follow_up, 'is_finished',
    r.is_finished, 'trade_outcome', r.trade_outcome, 'words', '', 'amended_because', '', 'findings',
    jsonb_build_array(jsonb_build_object('id', f.id, 'matter', f.matter, 'facts', f.facts, 'severity', f.severity,
      'legal_basis', '', 'evidence', '[]'::jsonb))),
  %(by)s, f.found_at, 'concluded', '', %(by)s, f.found_at + interval '1 hour'
FROM visits_departmentresult r JOIN visits_finding f ON f.result_id = r.id
  JOIN campaigns_task t ON t.id = r.task_id AND t.mode = 'full'
"""

ORDERS = """
INSERT INTO visits_rectification (task_id, bureau_id, year, serial, demands, due_on, state, ordered_by_id, ordered_at)
SELECT t.id, t.bureau_id, extract(year FROM f.found_at), row_number() OVER (PARTITION BY t.bureau_id, extract(year FROM f.found_at) ORDER BY t.id),
  '补齐原始记录', f.found_at::date + 15, CASE WHEN f.state = 'closed' THEN 'verified' ELSE 'ordered' END, %(by)s, f.found_at
FROM visits_finding f JOIN visits_departmentresult r ON r.id = f.result_id
  JOIN campaigns_task t ON t.id = r.task_id AND t.mode = 'full'
WHERE f.state = 'rectifying' OR f.state = 'closed' AND t.id %% 5 = 0;

INSERT INTO visits_rectification_findings (rectification_id, finding_id)
SELECT o.id, f.id FROM visits_rectification o JOIN visits_departmentresult r ON r.task_id = o.task_id
  JOIN visits_finding f ON f.result_id = r.id JOIN campaigns_task t ON t.id = o.task_id AND t.mode = 'full'
"""

MEASURES = """
INSERT INTO visits_measure (task_id, kind, target, person, post, bureau_id, state, amount, document_number, decided_on,
  done_on, words, proposed_by_id, proposed_at)
SELECT t.id, 'fine', 'institution', '', '', t.bureau_id, CASE WHEN t.state = 'closed' THEN 'done' ELSE 'planned' END,
  30000, CASE WHEN t.state = 'closed' THEN '晋市监罚' || t.id || '号' ELSE '' END,
  CASE WHEN t.state = 'closed' THEN f.found_at::date END, CASE WHEN t.state = 'closed' THEN f.found_at::date END, '',
  %(by)s, f.found_at
FROM visits_finding f JOIN visits_departmentresult r ON r.id = f.result_id
  JOIN campaigns_task t ON t.id = r.task_id AND t.mode = 'full'
WHERE f.severity = 'violation';

INSERT INTO visits_measure_findings (measure_id, finding_id)
SELECT m.id, f.id FROM visits_measure m JOIN visits_departmentresult r ON r.task_id = m.task_id
  JOIN visits_finding f ON f.result_id = r.id JOIN campaigns_task t ON t.id = m.task_id AND t.mode = 'full'
"""

PUBLISHED_RESULTS = """
INSERT INTO publications_publishedresult (name, code, county_id, year, is_current, version_id, task_id, institution_id,
  campaign_title, bureaus, mode, inspected_on, category, trade_outcome, problem_count, departments, problems, measures,
  is_rectified, taken_at)
SELECT i.name, i.uscc, i.county_id, c.year, true, v.id, t.id, i.id, c.title, '大同市市场监督管理局', '全覆盖检查',
  make_date(c.year, 1, 5) + (i.id * 7919 %% 330)::int, CASE WHEN t.id %% 4 = 0 THEN 'E' ELSE '1' END, 'sound', 1,
  '[["大同市市场监督管理局", "未发现问题", ""]]', '[["检验检测机构检查", "一般质量管理或技术问题", "原始记录不全"]]', '[]', NULL,
  now()
FROM campaigns_task t JOIN institutions_institution i ON i.id = t.institution_id
  JOIN campaigns_campaign c ON c.id = t.campaign_id
  JOIN publications_publication p ON p.campaign_id = c.id AND p.kind = 'results'
  JOIN publications_publicationversion v ON v.publication_id = p.id
WHERE t.mode = 'full' AND t.state = 'closed';

INSERT INTO publications_publishedresult_domains (publishedresult_id, domain_id)
SELECT id, (SELECT array_agg(code ORDER BY code) FROM institutions_domain)[1 + institution_id %% 9]
FROM publications_publishedresult WHERE mode = '全覆盖检查'
"""

PUBLISHED_PENALTIES = """
INSERT INTO publications_publishedpenalty (name, code, county_id, year, is_current, version_id, measure_id,
  institution_id, kind, bureau_name, document_number, decided_on, amount, facts, legal_basis)
SELECT i.name, i.uscc, i.county_id, c.year, true, v.id, m.id, i.id, m.kind, '大同市市场监督管理局', m.document_number,
  m.decided_on, m.amount, '未按标准检验', ''
FROM visits_measure m JOIN campaigns_task t ON t.id = m.task_id JOIN institutions_institution i ON i.id = t.institution_id
  JOIN campaigns_campaign c ON c.id = t.campaign_id
  JOIN publications_publication p ON p.campaign_id = c.id AND p.kind = 'penalties'
  JOIN publications_publicationversion v ON v.publication_id = p.id
WHERE m.state = 'done'
"""

DISCLOSURES = """
INSERT INTO publications_disclosure (institution_id, kind, title, text, file, file_name, file_digest, state,
  submitted_by_id, submitted_at, words)
SELECT id, 'commitment', '诚信守法承诺', '本机构承诺独立、公正。', '', '', '', 'published', %(by)s, now(), ''
FROM institutions_institution WHERE id %% 4 = 0
"""

CERTIFICATES = """
INSERT INTO institutions_certificate (institution_id, number, authorised_name, level, issuer, approved_on, valid_until,
  state, is_national_centre, top_manager, top_manager_phone, technical_lead, signatories)
SELECT id, '24' || lpad(id::text, 10, '0'), name, 'province', '山西省市场监督管理局', '2024-05-01', '2030-04-30', 'valid',
  false, '', '', '', '[]'
FROM institutions_institution WHERE uscc LIKE '91%%BN%%';

INSERT INTO institutions_certificate_domains (certificate_id, domain_id)
SELECT c.id, (SELECT array_agg(code ORDER BY code) FROM institutions_domain)[1 + c.institution_id %% 9]
FROM institutions_certificate c JOIN institutions_institution i ON i.id = c.institution_id WHERE i.uscc LIKE '91%%BN%%'
"""

SELF_CHECKS = """
INSERT INTO selftest_selfcheck (round_id, institution_id, county_id, state, began_at, handed_in_at)
SELECT %(round)s, id, county_id, CASE WHEN id %% 2 = 0 THEN 'submitted' ELSE 'filling' END, now(),
  CASE WHEN id %% 2 = 0 THEN now() END
FROM institutions_institution WHERE uscc LIKE '91%%BN%%';

INSERT INTO selftest_headerblock (self_check_id, kind, certificate_id, position, values, revision)
SELECT s.id, 'certificate', c.id, 1, '{"number": "24"}', 0
FROM selftest_selfcheck s JOIN institutions_certificate c ON c.institution_id = s.institution_id WHERE s.round_id = %(round)s;

INSERT INTO selftest_headerblock (self_check_id, kind, position, values, revision)
SELECT id, 'basic', 0, '{}', 0 FROM selftest_selfcheck WHERE round_id = %(round)s;

INSERT INTO selftest_answer (self_check_id, item, choice, description, cause, measure, reason, revision)
SELECT id, item, CASE WHEN (id + item) %% 23 = 0 THEN 'yes' ELSE 'no' END,
  CASE WHEN (id + item) %% 23 = 0 THEN '记录不全' ELSE '' END, '', '', '', 0
FROM selftest_selfcheck, generate_series(1, 18) item WHERE round_id = %(round)s
"""

PUBLIC = (TASKS, CERTIFICATES, PUBLISHED_RESULTS)
"""What the public pages of results and institutions read."""
ALL = (
    TASKS, CERTIFICATES, TEAMS, NOTICES, VISITS, ATTENDEES, RESULTS, FINDINGS, VERSIONS, ORDERS, MEASURES,
    PUBLISHED_RESULTS, PUBLISHED_PENALTIES, DISCLOSURES, SELF_CHECKS,
)  # fmt: skip
