# Fills a new Redmine, through Redmine's own models: an event log is replayed as issues and their journals. Prints the
# keys and numbers of what was made, as JSON. Run by `rails runner`, which bench/redmine.sh does.
#
# usage: seed.rb LOG CASES WORD: WORD stands in each text that must never leave Redmine.
log, cases, word = ARGV[0], ARGV[1].to_i, ARGV[2]

ActionMailer::Base.perform_deliveries = false
Setting.notified_events = []
Setting.rest_api_enabled = '1'
Setting.default_language = 'en'
ActiveRecord::Base.connection.execute('pragma synchronous = off')

Event = Struct.new(:activity, :who, :at)
traces = Nokogiri::XML(Zlib::GzipReader.open(log)).remove_namespaces!.xpath('/log/trace').first(cases).map do |trace|
  events = trace.xpath('event').map do |event|
    Event.new(event.at_xpath('string[@key="concept:name"]/@value').value,
              event.at_xpath('string[@key="org:resource"]/@value')&.value,
              Time.iso8601(event.at_xpath('date[@key="time:timestamp"]/@value').value).utc)
  end
  events.sort_by.with_index { |event, place| [event.at, place] }
end
abort 'the log has too few cases' if traces.size < cases

# Each activity is a state that issues come into.
statuses = traces.flatten.map(&:activity).uniq.to_h { |name| [name, IssueStatus.create!(name: name[0, 30])] }
priorities = %w[Normal Urgent].map { |name| IssuePriority.create!(name: name, is_default: name == 'Normal') }
tracker = Tracker.create!(name: 'Ticket', default_status: statuses.values.first)
field = IssueCustomField.create!(name: 'Room', field_format: 'string', is_for_all: true, trackers: [tracker])
role = ->(name, rights) { Role.create!(name: name, permissions: rights, issues_visibility: 'all') }
reads = role.('Reads issues', [:view_issues])
opens = role.('Opens issues', [:view_issues, :add_issues])
works = role.('Works on issues', [:view_issues, :add_issues, :edit_issues, :add_issue_notes])
statuses.values.permutation(2) do |from, to|
  WorkflowTransition.create!(role_id: works.id, tracker_id: tracker.id, old_status_id: from.id, new_status_id: to.id)
end

project = ->(name) do
  Project.create!(name: name, identifier: name.parameterize, is_public: false, trackers: [tracker],
                  enabled_module_names: ['issue_tracking'], issue_custom_fields: [field])
end
desk, other = project.('Help desk'), project.('Other desk')
account = ->(login, given) do
  user = User.new(firstname: login, lastname: 'account', mail: "#{login}@desk.invalid", language: 'en')
  user.login = login
  user.password = user.password_confirmation = SecureRandom.hex(16)
  user.mail_notification = 'none'
  user.save!
  [desk, other].each { |place| Member.create!(project: place, user: user, roles: [given]) }
  user
end
reader, opener = account.('reader', reads), account.('opener', opens)
everybody = Hash.new { |all, who| all[who] = account.(who.parameterize, works) }

open_issue = ->(place, author, at, number) do
  issue = Issue.new(project: place, tracker: tracker, author: author, priority: priorities.first,
                    subject: "#{word} subject #{number}", description: "#{word} description")
  issue.save!
  issue.update_columns(created_on: at, updated_on: at)
  issue
end
# A new object each time: one that was saved once goes on with the journal that it has.
change = ->(known, who, at, notes = '', &block) do
  issue = Issue.find(known.id)
  journal = issue.init_journal(who, notes)
  block.(issue)
  issue.save!
  journal.update_columns(created_on: at)
  issue.update_columns(updated_on: at)
end

Issue.transaction do
  traces.each_with_index do |events, number|
    first, *later = events
    asker = everybody[first.who || 'requester']
    # Every seventh case is preceded by one of another project, which no scan of the first may tell of.
    change.(open_issue.(other, asker, first.at, number), asker, first.at) { |it| it.status = statuses.values.last } if (number % 7).zero?
    issue = open_issue.(desk, asker, first.at, number)
    later.each_with_index do |event, place|
      who = everybody[event.who || 'requester']
      # Some journals tell a change of state alone, some with somebody new, some with notes, and some none of it.
      change.(issue, who, event.at, (place % 3).zero? ? "#{word} note" : '') do |it|
        it.status = statuses[event.activity]
        it.assigned_to = who if event.who
        it.priority = priorities.last if event.activity.start_with?('Escalate')
      end
      change.(issue, who, event.at, "#{word} aside") { |it| it.subject = "#{word} other subject" } if place == 1
      change.(issue, who, event.at) { |it| it.custom_field_values = { field.id => "#{word} room #{place}" } } if place == 2
    end
  end
end

puts JSON.generate(
  project: desk.identifier, other: other.identifier, reader: reader.api_key, opener: opener.api_key,
  opener_id: opener.id, worker: everybody.values.last.api_key, statuses: statuses.transform_values(&:id)
)
